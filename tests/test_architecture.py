"""The house rule of CONTRIBUTING.md: imports run only downward."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
PAGES_FOLDER = PROJECT_FOLDER / "pages"
FLOORS = {
    "arxivtag.config": 0,
    "arxivtag.errors": 0,
    "arxivtag.storage": 0,
    "arxivtag.papers": 1,
    "arxivtag.exploring": 1,
    "arxivtag.learning": 2,
    "arxivtag.tagging": 2,
    "arxivtag.runs": 3,
    "arxivtag.ui": 4,
    "arxivtag.figures": 4,
    "arxivtag.cli": 5,
    "arxivtag.__main__": 5,
    "streamlit_app": 5,
    "pages": 5,
}
# Rooms on one floor that may look into the next: never the other way round.
SIDEWAYS = {
    ("arxivtag.config", "arxivtag.errors"),
    ("arxivtag.storage", "arxivtag.errors"),
    ("arxivtag.tagging", "arxivtag.learning"),  # one vectorizer and one network for both
    ("arxivtag.exploring", "arxivtag.papers"),
    ("arxivtag.ui", "arxivtag.figures"),
    ("arxivtag.__main__", "arxivtag.cli"),
}
HEAVY = {"keras", "jax", "jaxlib", "tensorflow"}
HEAVY_ROOMS = {"arxivtag.learning", "arxivtag.tagging"}
ENGINE = "arxivtag.learning.engine"  # subclasses of Keras' classes: imports it at the top
STANDARD_LIBRARY_ONLY = ("arxivtag.config", "arxivtag.errors", "arxivtag.storage")
WRITES_FILES = {"write_text", "write_bytes"}


def module_name(path: Path) -> str:
    parts = path.relative_to(PROJECT_FOLDER).with_suffix("").parts
    if parts[0] == "pages":
        return "pages"
    return ".".join(part for part in parts if part != "__init__")


def room_of(module: str) -> str | None:
    """The longest name in FLOORS that ``module`` lies in."""
    candidates = [name for name in FLOORS if module == name or module.startswith(name + ".")]
    return max(candidates, key=len, default=None)


def source_files() -> list[Path]:
    return [
        PROJECT_FOLDER / "streamlit_app.py",
        *sorted((PROJECT_FOLDER / "pages").glob("*.py")),
        *sorted((PROJECT_FOLDER / "arxivtag").rglob("*.py")),
    ]


def imports_of(tree: ast.AST) -> list[tuple[str, int]]:
    """Every imported module in ``tree``, with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide the floor"
            module = node.module or ""
            found.append((module, node.lineno))
            # "from arxivtag import storage" names the module in the alias.
            found += [
                (f"{module}.{alias.name}", node.lineno)
                for alias in node.names
                if room_of(f"{module}.{alias.name}") != room_of(module)
            ]
    return found


def module_level_imports(tree: ast.Module) -> list[tuple[str, int]]:
    """Imports that run when the module is imported (functions and TYPE_CHECKING left out)."""
    found: list[tuple[str, int]] = []
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            found += imports_of(node)
        else:
            waiting += list(ast.iter_child_nodes(node))
    return found


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_imports_run_only_downward(path: Path) -> None:
    module = module_name(path)
    room = room_of(module)
    if module == "arxivtag":
        return
    assert room is not None, f"{module} stands in no room: add it to FLOORS and to CONTRIBUTING.md"
    wrong = []
    for name, line in imports_of(ast.parse(path.read_text())):
        target = room_of(name)
        if target is None or target == room or (room, target) in SIDEWAYS:
            continue
        if FLOORS[target] >= FLOORS[room]:
            wrong.append(f"{path.name}:{line} imports {name}")
    assert not wrong


@pytest.mark.parametrize("path", source_files(), ids=module_name)
def test_heavy_packages_are_imported_inside_functions_of_learning(path: Path) -> None:
    tree = ast.parse(path.read_text())
    room = room_of(module_name(path))
    if module_name(path).startswith(ENGINE):
        return
    at_import = [
        name
        for name, _ in module_level_imports(tree)
        if name.split(".")[0] in HEAVY or name.startswith(ENGINE)
    ]
    assert not at_import
    if room not in HEAVY_ROOMS and room != "arxivtag.runs":
        anywhere = [name for name, _ in imports_of(tree) if name.split(".")[0] in HEAVY]
        assert not anywhere


@pytest.mark.parametrize("module", STANDARD_LIBRARY_ONLY)
def test_foundations_use_the_standard_library_only(module: str) -> None:
    path = PROJECT_FOLDER / f"{module.replace('.', '/')}.py"
    names = {name.split(".")[0] for name, _ in imports_of(ast.parse(path.read_text()))}
    assert names - {"arxivtag"} <= sys.stdlib_module_names


def test_figures_know_neither_streamlit_nor_statistics() -> None:
    for path in (PROJECT_FOLDER / "arxivtag/figures").glob("*.py"):
        names = {name.split(".")[0] for name, _ in imports_of(ast.parse(path.read_text()))}
        assert not names & {"streamlit", "sklearn", "scipy"}, path.name


def test_exploring_and_papers_draw_nothing() -> None:
    for room in ("exploring", "papers", "learning", "tagging", "runs"):
        for path in (PROJECT_FOLDER / "arxivtag" / room).rglob("*.py"):
            names = {name.split(".")[0] for name, _ in imports_of(ast.parse(path.read_text()))}
            assert not names & {"streamlit", "plotly"}, path


def test_only_storage_writes_whole_files() -> None:
    """``Path.write_*`` and ``open(..., "w")`` are not atomic: they stand in storage.py alone."""
    wrong = []
    for path in source_files():
        if path.name == "storage.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            function = node.func
            if isinstance(function, ast.Attribute) and function.attr in WRITES_FILES:
                owner = function.value
                if not (isinstance(owner, ast.Name) and owner.id == "storage"):
                    wrong.append(f"{path}:{node.lineno} {function.attr}")
    assert not wrong


def test_importing_the_pages_library_leaves_heavy_packages_out() -> None:
    """A fresh interpreter imports every module a page can reach, and no heavy package with it."""
    modules = [
        module_name(path)
        for path in source_files()
        if module_name(path).startswith("arxivtag.")
        and path.name != "__main__.py"
        and not module_name(path).startswith(ENGINE)
    ]
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        f"heavy = sorted(set(sys.modules) & {HEAVY!r})\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_web_process_has_no_heavy_package_after_every_page_ran(tmp_path: Path) -> None:
    """A fresh interpreter runs every page on the sample, tags an abstract, and stays light."""
    pages = sorted(f"pages/{path.name}" for path in PAGES_FOLDER.glob("*.py"))
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        "app = AppTest.from_file('streamlit_app.py', default_timeout=120).run()\n"
        "assert not app.exception, app.exception\n"
        f"for page in {pages!r}:\n"
        "    app.switch_page(page).run()\n"
        "    assert not app.exception and app.title, (page, app.exception)\n"
        "    if 'Predict' in page:\n"
        "        app.text_area[0].set_value('We segment images with a network. ' * 9).run()\n"
        "        assert not app.exception, app.exception\n"
        f"heavy = sorted(set(sys.modules) & {HEAVY!r})\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=PROJECT_FOLDER,
        env={**os.environ, "ARXIVTAG_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
