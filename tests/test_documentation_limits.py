"""The tables of limits in the docs are those of the config, to the number."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from arxivtag.config import JobLimits, Limits, VisitorLimits

DOCS = Path(__file__).resolve().parent.parent / "docs"


def table(kind: type, prefix: str) -> list[str]:
    """Return the lines of a table of limits, as the docs should hold them."""
    return [
        "| variable | default | what it bounds |",
        "|---|---:|---|",
        *(
            f"| `{prefix}{item.name.upper()}` | {item.default:,} | {item.metadata['help']} |"
            for item in dataclasses.fields(kind)
        ),
    ]


@pytest.mark.parametrize(
    ("page", "kind", "prefix"),
    [
        ("data.md", Limits, "ARXIVTAG_"),
        ("deploy.md", VisitorLimits, "ARXIVTAG_VISITOR_"),
        ("deploy.md", JobLimits, "ARXIVTAG_"),
    ],
)
def test_tables_are_up_to_date(page: str, kind: type, prefix: str) -> None:
    wanted = "\n".join(table(kind, prefix))
    assert wanted in (DOCS / page).read_text("utf-8"), f"docs/{page} should hold:\n{wanted}"
