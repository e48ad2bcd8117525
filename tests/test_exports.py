"""Every table that leaves the app as CSV passes one function that disarms formulas."""

from __future__ import annotations

import ast
import csv
import io
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.tagging.tables import neutralized, table_as_csv
from arxivtag.ui.frame.components import csv_bytes

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
# What writes CSV and is no export: data sets that the program itself reads again.
NO_EXPORTS = {
    "tools/make_sample.py",
    "arxivtag/papers/fetching/arxiv_api.py",
    "arxivtag/ui/frame/add_papers.py",  # an upload stored again under the fields' own names
    "arxivtag/tagging/tables.py",  # the one function
}
OFFERS = "arxivtag/ui/frame/components.py"  # the one function that offers a file
SAFE_DATA = {"csv_bytes", "table_as_jsonl", "bundle_zip", "_zip", "bundle_archive"}
SOURCES = sorted(
    path
    for part in ("arxivtag", "pages", "streamlit_app.py")
    for path in ((PROJECT_FOLDER / part).rglob("*.py") if "." not in part else [Path(part)])
)
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "\u00a0=1",
    "\ufeff=1",
    "\u200b@x",
    "＝1+1",
    '=HYPERLINK("http://x.invalid")',
    "|calc",
)


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Return the calls in a file with the name of what is called."""
    tree = ast.parse((PROJECT_FOLDER / path).read_text("utf-8"))
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [
        (node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id, node)
        for node in found
        if isinstance(node.func, ast.Attribute | ast.Name)
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_nothing_else_writes_csv(path: Path) -> None:
    name = path.resolve().relative_to(PROJECT_FOLDER).as_posix()
    if name in NO_EXPORTS:
        return
    for called, node in calls(path):
        owner = getattr(getattr(node.func, "value", None), "id", "")
        assert called not in {"to_csv", "DictWriter", "write_csv", "to_excel"}, name
        assert (owner, called) != ("csv", "writer"), name
        if called == "download_button":
            assert name == OFFERS, f"{name}: a download_button beside components.download"
        if called == "download" and (owner == "components" or name.startswith("arxivtag/ui/")):
            data = node.args[2]
            inner = {
                getattr(part.func, "attr", getattr(part.func, "id", ""))
                for part in ast.walk(data)
                if isinstance(part, ast.Call)
            }
            assert inner & SAFE_DATA, f"{name}: download of {ast.unparse(data)}"


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_and_no_heading_runs(cell: str) -> None:
    frame = pd.DataFrame({cell: [cell, "plain"], "labels": [(cell, "b"), ("a",)]})
    for text in (table_as_csv(frame), csv_bytes([frame]).decode()):
        heading, first, _ = csv.reader(io.StringIO(text, newline=""))
        assert heading[0] == f"'{cell}"
        assert first[0] == f"'{cell}"
        assert first[1].startswith(("'", "("))


def test_a_carriage_return_begins_no_row() -> None:
    frame = pd.DataFrame({"a": ["text\r=1+1", "b"]})
    rows = list(csv.reader(io.StringIO(table_as_csv(frame), newline="")))
    assert rows == [["a"], ["text\r=1+1"], ["b"]]


@pytest.mark.parametrize("cell", ["-1.5", "+3", "-12%", "a = b", "", "-1e5", "x@y"])
def test_numbers_and_plain_text_stay(cell: str) -> None:
    assert neutralized(cell) == cell


@given(st.text())
def test_any_cell_is_kept_behind_at_most_one_apostrophe(cell: str) -> None:
    assert neutralized(cell) in (cell, f"'{cell}")
    assert not str(neutralized(cell)).strip("\u00a0 ").startswith(("=", "@"))
