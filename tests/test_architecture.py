"""The house rule of CONTRIBUTING.md: imports run only downward."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import (
    PROJECT_FOLDER,
    circles,
    functions_of,
    import_graph,
    imports_of,
    module_name,
    package_files,
)

PAGES_FOLDER = PROJECT_FOLDER / "pages"
# Room by room, from below: a room may use every room of a lower floor.
FLOORS = {
    "arxivtag.callbacks": 0,
    "arxivtag.config": 0,
    "arxivtag.errors": 0,
    "arxivtag.fields": 0,
    "arxivtag.interrupts": 0,
    "arxivtag.locks": 0,
    "arxivtag.login": 0,
    "arxivtag.policy": 0,
    "arxivtag.settings": 0,
    "arxivtag.model_settings": 0,
    "arxivtag.priority": 0,
    "arxivtag.storage": 0,
    "arxivtag.visitor_cookie": 0,
    "arxivtag.papers": 1,
    "arxivtag.corpus": 1,
    "arxivtag.exploring": 1,
    "arxivtag.learning": 2,
    "arxivtag.tagging": 2,
    "arxivtag.runs": 3,
    "arxivtag.api": 4,
    "arxivtag.figures": 4,
    "arxivtag.ui.frame": 4,
    "arxivtag.ui.browser": 4,
    "arxivtag.ui.home": 4,
    "arxivtag.ui.explore": 4,
    "arxivtag.ui.train": 4,
    "arxivtag.ui.predict": 4,
    "arxivtag.ui.evaluation": 4,
    "arxivtag.ui.runs": 4,
    "arxivtag.cli": 5,
    "arxivtag.commands": 5,
    "arxivtag.flags": 5,
    "arxivtag.server": 5,
    "arxivtag.web": 5,
    "arxivtag.__main__": 5,
    "streamlit_app": 5,
    "pages": 5,
}
UI_PAGES = ("home", "explore", "train", "predict", "evaluation", "runs")
# Rooms on one floor that may look into the next: never the other way round.
SIDEWAYS = {
    ("arxivtag.config", "arxivtag.errors"),
    ("arxivtag.config", "arxivtag.fields"),
    ("arxivtag.fields", "arxivtag.errors"),
    ("arxivtag.locks", "arxivtag.errors"),
    ("arxivtag.locks", "arxivtag.storage"),
    ("arxivtag.login", "arxivtag.errors"),
    ("arxivtag.login", "arxivtag.policy"),
    ("arxivtag.policy", "arxivtag.config"),
    ("arxivtag.settings", "arxivtag.errors"),
    ("arxivtag.settings", "arxivtag.fields"),
    ("arxivtag.settings", "arxivtag.model_settings"),
    ("arxivtag.model_settings", "arxivtag.fields"),
    ("arxivtag.storage", "arxivtag.errors"),
    ("arxivtag.visitor_cookie", "arxivtag.errors"),
    ("arxivtag.visitor_cookie", "arxivtag.storage"),
    ("arxivtag.tagging", "arxivtag.learning"),  # one vectorizer and one network for both
    ("arxivtag.corpus", "arxivtag.papers"),
    ("arxivtag.exploring", "arxivtag.corpus"),
    ("arxivtag.exploring", "arxivtag.papers"),
    ("arxivtag.ui.frame", "arxivtag.ui.browser"),
    *((f"arxivtag.ui.{page}", "arxivtag.ui.frame") for page in UI_PAGES),
    *((f"arxivtag.ui.{page}", "arxivtag.ui.browser") for page in UI_PAGES),
    *((f"arxivtag.ui.{page}", "arxivtag.figures") for page in UI_PAGES),
    ("arxivtag.ui.predict", "arxivtag.api"),  # offers lines for what the API answers
    ("arxivtag.ui.predict", "arxivtag.ui.home"),  # a text has a place on the map of arXiv
    ("arxivtag.ui.evaluation", "arxivtag.ui.predict"),  # an error is explained as on Predict
    ("arxivtag.ui.train", "arxivtag.ui.evaluation"),  # training ends with what the model is worth
    ("arxivtag.ui.runs", "arxivtag.ui.evaluation"),  # one run in detail is its evaluation
    ("arxivtag.ui.runs", "arxivtag.ui.predict"),  # its model is taken along as on Predict
    ("arxivtag.ui.runs", "arxivtag.ui.train"),  # it is watched, and its settings named, as there
    ("arxivtag.__main__", "arxivtag.cli"),
    ("arxivtag.cli", "arxivtag.commands"),
    ("arxivtag.cli", "arxivtag.flags"),
    ("arxivtag.commands", "arxivtag.flags"),
    ("arxivtag.cli", "arxivtag.server"),
    ("arxivtag.server", "arxivtag.web"),
}
# Lower floors that a room must not use all the same.
CLOSED = {
    ("arxivtag.figures", "arxivtag.runs"),  # figures draw tables; they look nothing up
    ("arxivtag.figures", "arxivtag.learning"),
    ("arxivtag.figures", "arxivtag.tagging"),
}
HEAVY = {"keras", "jax", "jaxlib", "tensorflow"}
HEAVY_ROOMS = {"arxivtag.learning", "arxivtag.tagging", "arxivtag.runs"}
ENGINE = "arxivtag.learning.engine"  # subclasses of Keras' classes: imports it at the top
STANDARD_LIBRARY_ONLY = tuple(room for room, floor in FLOORS.items() if floor == 0)
WRITES_FILES = {"write_text", "write_bytes"}


def room_of(module: str) -> str | None:
    """The longest name in FLOORS that ``module`` lies in."""
    candidates = [name for name in FLOORS if module == name or module.startswith(name + ".")]
    return max(candidates, key=len, default=None)


def source_files() -> list[Path]:
    return [
        PROJECT_FOLDER / "streamlit_app.py",
        *sorted((PROJECT_FOLDER / "pages").glob("*.py")),
        *package_files(),
    ]


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
    if module in ("arxivtag", "arxivtag.ui"):
        return
    assert room is not None, f"{module} stands in no room: add it to FLOORS and to CONTRIBUTING.md"
    wrong = []
    for name, line in imports_of(ast.parse(path.read_text())):
        target = room_of(name)
        if target is None or target == room or (room, target) in SIDEWAYS:
            continue
        if FLOORS[target] >= FLOORS[room] or (room, target) in CLOSED:
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
    if room not in HEAVY_ROOMS:
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


def test_exploring_papers_and_the_api_draw_nothing() -> None:
    for room in ("corpus", "exploring", "papers", "learning", "tagging", "runs", "api"):
        for path in (PROJECT_FOLDER / "arxivtag" / room).rglob("*.py"):
            names = {name.split(".")[0] for name, _ in imports_of(ast.parse(path.read_text()))}
            assert not names & {"streamlit", "plotly"}, path


def test_the_package_does_not_know_what_stands_beside_it() -> None:
    for path in source_files():
        names = {name.split(".")[0] for name, _ in imports_of(ast.parse(path.read_text()))}
        assert not names & {"tools", "benchmarks", "tests"}, path


def test_no_circles() -> None:
    """Which of two modules comes first when one reads? In a circle neither does."""
    assert not circles(import_graph(package_files()))


def test_a_circle_is_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str]()}
    assert circles(graph) == [["b", "c"]]


MODES = "wax+"  # one of these in a mode means that a file is written


def writing_calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield calls that write a file by themselves: ``path.write_text``, ``open(path, "wb")``."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else None
        owner = function.value if isinstance(function, ast.Attribute) else None
        if name in WRITES_FILES:
            if not (isinstance(owner, ast.Name) and owner.id == "storage"):
                yield node.lineno, str(name)
        elif name == "open" or (isinstance(function, ast.Name) and function.id == "open"):
            # The mode is the second argument of open(), the first of Path.open(); lzma.open
            # and the like are as open().
            arguments = [*node.args, *(word.value for word in node.keywords if word.arg == "mode")]
            modes = [one.value for one in arguments if isinstance(one, ast.Constant)]
            texts = [mode for mode in modes if isinstance(mode, str) and len(mode) <= 3]
            if any(set(mode) & set(MODES) for mode in texts):
                yield node.lineno, f"open with {texts}"


def test_only_storage_writes_files() -> None:
    """``Path.write_*`` and ``open(..., "wb")`` are not atomic: they stand in storage.py alone."""
    wrong = [
        f"{path}:{line} {call}"
        for path in source_files()
        if path.name not in ("storage.py", "locks.py")
        for line, call in writing_calls(ast.parse(path.read_text()))
    ]
    assert not wrong


@pytest.mark.parametrize(
    "code",
    ["open(path, 'wb')", "path.open('a')", "open(path, mode='w')", "path.write_text('')"],
)
def test_a_file_written_past_storage_is_found(code: str) -> None:
    assert list(writing_calls(ast.parse(code)))


@pytest.mark.parametrize("code", ["open(path, 'rb')", "path.open()", "storage.write_text(path)"])
def test_reading_is_no_writing(code: str) -> None:
    assert not list(writing_calls(ast.parse(code)))


def test_no_function_has_more_than_seven_parameters() -> None:
    wide = [one for path in package_files() for one in functions_of(path) if one.n_parameters > 7]
    assert not wide


def test_no_function_is_longer_than_fifty_lines_and_no_module_than_five_hundred() -> None:
    long = [one for path in package_files() for one in functions_of(path) if one.n_lines > 50]
    assert not long
    crowded = [path for path in package_files() if len(path.read_text().splitlines()) > 500]
    assert not crowded


EDGES = sorted(
    [
        PROJECT_FOLDER / "streamlit_app.py",
        *PAGES_FOLDER.glob("*.py"),
        *(PROJECT_FOLDER / "benchmarks").glob("*.py"),
        *(PROJECT_FOLDER / "tools").rglob("*.py"),
    ]
)


@pytest.mark.parametrize("path", EDGES, ids=lambda path: str(path.relative_to(PROJECT_FOLDER)))
def test_the_edges_can_be_imported(path: Path) -> None:
    """Doors, benchmarks and tools are imported by nothing else: a name that moved shows here."""
    if path.parent == PAGES_FOLDER or path.name == "streamlit_app.py":
        # A page draws when it is imported, so its imports alone are tried.
        imports = [node for node in ast.parse(path.read_text()).body
                   if isinstance(node, ast.Import | ast.ImportFrom)]  # fmt: skip
        exec(compile(ast.Module(imports, []), str(path), "exec"), {})
    else:
        name = ".".join(path.relative_to(PROJECT_FOLDER).with_suffix("").parts)
        importlib.import_module(name.removesuffix(".__init__"))


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
