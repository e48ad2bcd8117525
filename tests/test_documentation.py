"""What the documentation names is there: files, modules, functions, variables, commands, links."""

from __future__ import annotations

import ast
import dataclasses
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from arxivtag.cli import build_parser
from arxivtag.config import JobLimits, Limits, VisitorLimits
from tests.conftest import PROJECT_FOLDER

# CHANGELOG.md may name what is gone.
PAGES = sorted(
    path
    for folder in (".", "docs", "assets")
    for path in (PROJECT_FOLDER / folder).glob("*.md")
    if path.name != "CHANGELOG.md"
)
KINDS = "py|md|js|css|parquet|xz|npy|txt|toml|yaml|html|json"
# Stand for a file of the reader's own, or for one that a program makes.
NOT_OURS = ("path/to/", "pages/N_Name.py", "dist/", "/etc/", "build/", "/api/")


@cache
def files() -> frozenset[str]:
    """Return the paths of the project's own files, relative to its folder."""
    found = set()
    for folder, below, names in os.walk(PROJECT_FOLDER):
        below[:] = [one for one in below if one not in (".git", ".venv", "build", "__pycache__")]
        found |= {(Path(folder) / name).relative_to(PROJECT_FOLDER).as_posix() for name in names}
    return frozenset(found)


def is_there(name: str) -> bool:
    """Whether a file of the project has this path, or one that ends in it (``runs/memory.py``)."""
    return any(path == name or path.endswith(f"/{name}") for path in files())


@cache
def names_in(path: str) -> frozenset[str]:
    """Return what a module defines at its top."""
    body = ast.parse((PROJECT_FOLDER / path).read_text("utf-8")).body
    named = {one.name for one in body if isinstance(one, ast.ClassDef | ast.FunctionDef)}
    targets = [
        target
        for one in body
        if isinstance(one, ast.Assign | ast.AnnAssign)
        for target in (one.targets if isinstance(one, ast.Assign) else [one.target])
    ]
    return frozenset(named | {one.id for one in targets if isinstance(one, ast.Name)})


def is_module_or_name(dotted: str) -> bool:
    """Whether ``arxivtag.a.b`` is a module or package, or a name at the top of one."""
    path = dotted.replace(".", "/")
    if is_there(f"{path}.py") or is_there(f"{path}/__init__.py"):
        return True
    module, _, name = path.rpartition("/")
    return f"{module}.py" in files() and name in names_in(f"{module}.py")


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in headings}


@cache
def variables() -> frozenset[str]:
    """Return the variables of the environment that the program reads."""
    kinds = ((Limits, "ARXIVTAG_"), (JobLimits, "ARXIVTAG_"), (VisitorLimits, "ARXIVTAG_VISITOR_"))
    limits = {
        prefix + field.name.upper() for kind, prefix in kinds for field in dataclasses.fields(kind)
    }
    here = Path(__file__).relative_to(PROJECT_FOLDER).as_posix()
    sources = [path for path in files() if path.endswith(".py") and path != here]
    text = "\n".join((PROJECT_FOLDER / path).read_text("utf-8") for path in sources)
    return frozenset(limits | set(re.findall(r"ARXIVTAG_[A-Z_]+", text)))


def commands(text: str) -> Iterator[str]:
    """Yield the calls of ``arxivtag`` with arguments in a page."""
    in_code = re.findall(r"`((?:[A-Z_]+=\S+ )?arxivtag [a-z]+ [^`\n]+)`", text)
    lines = re.findall(r"^(?:    )?(?:.*\| )?((?:[A-Z_]+=\S+ )?arxivtag [a-z].*)$", text, re.M)
    for call in in_code + lines:
        call = re.sub(r"^[A-Z_]+=\S+ ", "", call)
        yield re.split(r" # |  #| > | \.\.\.", call)[0]


@pytest.fixture(params=PAGES, ids=lambda path: path.name)
def page(request: pytest.FixtureRequest) -> Path:
    path: Path = request.param
    return path


def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        path = page.parent / name if name else page
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), target


def test_files_that_are_named_are_there(page: Path) -> None:
    named = re.findall(rf"(?<![\w<~*])[\w./-]*\w/[\w.-]+\.(?:{KINDS})\b", page.read_text("utf-8"))
    named += re.findall(r"(?<![\w/<*.])\w+\.py\b", page.read_text("utf-8"))
    for name in named:
        assert name.startswith(NOT_OURS) or is_there(name.removeprefix("../")), name


def test_names_in_brackets_behind_a_module_are_in_it(page: Path) -> None:
    for path, name in re.findall(r"`([\w/]+\.py)` \(`(\w+)`\)", page.read_text("utf-8")):
        modules = [one for one in files() if f"/{one}".endswith(f"/{path}")]
        assert any(name in names_in(one) for one in modules), f"{path}: {name}"


def test_modules_and_functions_that_are_named_are_there(page: Path) -> None:
    dotted = r"(?<![\w./-])(?:arxivtag|benchmarks|tools|tests)(?:\.[a-z_]\w*)+"
    for name in re.findall(dotted, page.read_text("utf-8")):
        assert is_module_or_name(name), name


def test_docstrings_name_modules_and_functions_that_are_there() -> None:
    sources = [path for path in files() if path.startswith(("arxivtag/", "tools/"))]
    for path in sources:
        text = (PROJECT_FOLDER / path).read_text("utf-8") if path.endswith(".py") else ""
        for name in re.findall(r":[a-z]+:`~?(arxivtag\.[\w.]+)`", text):
            without_method = re.sub(r"(\.[A-Z]\w*)\.\w+$", r"\1", name)
            assert is_module_or_name(without_method), f"{path}: {name}"


def test_variables_that_are_named_are_read(page: Path) -> None:
    for name in re.findall(r"\bARXIVTAG_[A-Z_]*[A-Z]\b", page.read_text("utf-8")):
        assert name in variables() or name == "ARXIVTAG_VISITOR", name


def test_commands_are_understood(page: Path) -> None:
    for call in commands(page.read_text("utf-8")):
        words = shlex.split(call)[1:]
        try:
            build_parser().parse_args(words)
        except SystemExit as ended:
            pytest.fail(f"{call}: exit {ended.code}")
