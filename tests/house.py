"""Measures the house: sizes of modules and functions, and circles among imports.

``python -m tests.house`` prints the figures; ``tests/test_architecture.py`` holds some of them.
A function's body is its non-blank lines without the docstring; functions inside functions count
as functions of their own too.
"""

from __future__ import annotations

import ast
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class MeasuredFunction:
    """One function: where it stands and what a reader has to hold in mind."""

    module: str
    name: str
    n_lines: int
    n_parameters: int
    has_bare_any: bool


def module_name(path: Path) -> str:
    """Return the dotted name of a source file of the project."""
    parts = path.relative_to(PROJECT_FOLDER).with_suffix("").parts
    return "pages" if parts[0] == "pages" else ".".join(p for p in parts if p != "__init__")


def package_files() -> list[Path]:
    """Return the package's source files."""
    return sorted((PROJECT_FOLDER / "arxivtag").rglob("*.py"))


def imports_of(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield every module that ``tree`` may import, with the line: ``a.b`` and ``a.b.name``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative imports hide the floor"
            module = node.module or ""
            yield module, node.lineno
            # "from arxivtag import storage" names the module in the alias.
            yield from ((f"{module}.{alias.name}", node.lineno) for alias in node.names)


def import_graph(files: list[Path]) -> dict[str, set[str]]:
    """Return which of the ``files``' modules each of them imports, inside functions too."""
    trees = {module_name(path): ast.parse(path.read_text("utf-8")) for path in files}
    return {
        module: {name for name, _ in imports_of(tree) if name in trees and name != module}
        for module, tree in trees.items()
    }


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules that import each other, each sorted (Tarjan's components)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for target in graph[module]:
            if target not in index:
                visit(target)
                low[module] = min(low[module], low[target])
            elif target in stack:
                low[module] = min(low[module], index[target])
        if low[module] == index[module]:
            at = stack.index(module)
            component = sorted(stack[at:])
            del stack[at:]
            if len(component) > 1:
                found.append(component)

    for module in graph:
        if module not in index:
            visit(module)
    return sorted(found)


def functions_of(path: Path) -> Iterator[MeasuredFunction]:
    """Yield every function of a file, nested ones included."""
    source = path.read_text("utf-8")
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, AnyFunction):
            yield MeasuredFunction(
                module=module_name(path),
                name=node.name,
                n_lines=_body_lines(node, lines),
                n_parameters=len(_parameters(node)),
                has_bare_any=_has_bare_any(node),
            )


def _body_lines(node: AnyFunction, lines: list[str]) -> int:
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    if not body:
        return 0
    return sum(1 for line in lines[body[0].lineno - 1 : node.end_lineno] if line.strip())


def _parameters(node: AnyFunction) -> list[ast.arg]:
    given = node.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    more = [one for one in (given.vararg, given.kwarg) if one is not None]
    return [one for one in (*named, *more) if one.arg not in ("self", "cls")]


def _has_bare_any(node: AnyFunction) -> bool:
    """Whether a parameter or the result is just ``Any``: ``dict[str, Any]`` says more."""
    notes = [one.annotation for one in _parameters(node)] + [node.returns]
    return any(isinstance(note, ast.Name) and note.id == "Any" for note in notes)


def main() -> None:
    """Print the figures."""
    files = package_files()
    n_lines = {path: len(path.read_text("utf-8").splitlines()) for path in files}
    functions = [one for path in files for one in functions_of(path)]
    bodies = sorted(one.n_lines for one in functions)
    n_classes = sum(
        isinstance(node, ast.ClassDef)
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
    )
    print(f"modules {len(files)}, lines {sum(n_lines.values()):,}, classes {n_classes}, "
          f"functions {len(functions):,}")  # fmt: skip
    print(f"body lines: median {statistics.median(bodies):g}, "
          f"p90 {bodies[int(0.9 * len(bodies))]}, max {bodies[-1]}")  # fmt: skip
    print("over 40 lines:", [f"{f.module}.{f.name} {f.n_lines}" for f in functions
                             if f.n_lines > 40])  # fmt: skip
    wide = [f"{f.module}.{f.name} {f.n_parameters}" for f in functions if f.n_parameters > 6]
    print(f"more than 6 parameters: {len(wide)}", wide)
    print("functions with a bare Any:", sum(one.has_bare_any for one in functions))
    print("modules over 450 lines:", {module_name(p): n for p, n in n_lines.items() if n > 450})
    print("circles:", circles(import_graph(files)))


if __name__ == "__main__":
    main()
