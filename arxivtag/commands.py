"""What commands of the command line share: how one is made, common options, and what is printed.

A command is one function: it is named as it is called, its first line is its help, and its
options stand above it.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from arxivtag import config, flags
from arxivtag.callbacks import OnProgress
from arxivtag.errors import StorageError
from arxivtag.settings import COLUMNS_HELP, LABEL_SEPARATOR_HELP

if TYPE_CHECKING:
    from arxivtag.papers.schema import Layout

Run = Callable[[Namespace], None]
# An option is a function that adds itself to the parser of a command.
Option = Callable[[ArgumentParser], object]


COMMANDS: dict[Run, tuple[Option, ...]] = {}


def command(*options: Option) -> Callable[[Run], Run]:
    """Make a function the command of its name, with ``options`` besides --json and --home."""

    def register(run: Run) -> Run:
        COMMANDS[run] = options
        return run

    return register


def option(*names: str, **how: Any) -> Option:
    """Return an option; takes what ``ArgumentParser.add_argument`` takes."""
    return lambda parser: parser.add_argument(*names, **how)


COUNT = flags.between(int, 1, math.inf, "a whole number of at least 1")
SHARE = flags.between(float, 0, 1, "between 0 and 1")
PORT = flags.between(int, 0, 65_535, "a whole number from 0 to 65535")

JSON = option("--json", action="store_true", help="print the result as JSON")
HOME = option(
    "--home", type=config.absolute, metavar="DIR",
    help="folder of runs and downloads (default: ARXIVTAG_HOME)",
)  # fmt: skip
DATA = option(
    "data", metavar="DATA",
    help="'sample', a fetched data set ('arxiv-abstracts', 'arxiv-api'), or a file or folder of "
    "files (.csv, .jsonl, .parquet, .xlsx, .bib, ...)",
)  # fmt: skip
COLUMNS = option(
    "--columns", default="", metavar="FIELD=COLUMN,...", help=COLUMNS_HELP.replace("%", "%%")
)
LABEL_SEPARATOR = option(
    "--label-separator", default="auto", metavar="SIGN", help=LABEL_SEPARATOR_HELP
)
JOBS = option(
    "--jobs", type=COUNT, metavar="N",
    help="processes that work side by side on parts of the papers (default: threads of this one); "
    "what is done stays when this is interrupted, and the same command goes on from there",
)  # fmt: skip
CLUSTER = option(
    "--cluster", metavar="ADDRESS",
    help="let the workers of a cluster do this part by part, as in tcp://host:8786",
)  # fmt: skip
MODEL = option("model", metavar="MODEL", help="'pretrained', a run id, or a bundle folder")


def print_notes(notes: Sequence[str]) -> None:
    """Say on standard error what was noticed in reading: rows left out, say."""
    for note in notes:
        print(note, file=sys.stderr, flush=True)


def prepare_streams() -> None:
    """Make results UTF-8, whatever the language here; where nobody hears notes, nothing fails."""
    if sys.stderr is None:  # who started this closed it
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


def progress() -> OnProgress:
    """Return what says on standard error how far work is.

    On a terminal the line of a stage is rewritten; elsewhere each tenth that is done has one.
    """
    stream, last = sys.stderr, ("", -1)

    def say(stage: str, fraction: float | None) -> None:
        nonlocal last
        name = re.split(r"[:,\d]", stage)[0]  # what follows are counts and the time left
        before, last = last, (name, -1 if fraction is None else int(10 * fraction))
        if stream.isatty() or last != before:
            # Each line is ended, so that whatever else is printed begins on one of its own.
            begin = "\x1b[A\r\x1b[K" if stream.isatty() and name == before[0] else ""
            share = "" if fraction is None else f" {fraction:4.0%}"
            print(f"{begin}{stage}{share}", file=stream, flush=True)

    return say


def layout_of(arguments: Namespace) -> Layout:
    """Return what the person said about the columns of a file and its labels."""
    from arxivtag.papers.schema import parse_layout

    return parse_layout(arguments.columns, arguments.label_separator)


def print_result(as_json: bool, result: object, text: str) -> None:
    """Print a result as JSON, or the text that says the same."""
    print_out(
        json.dumps(result, ensure_ascii=False, indent=1, allow_nan=False) if as_json else text
    )


def print_out(text: str) -> None:
    """Print a text and the end of its line on standard output.

    Raises:
        StorageError: If it could not be written: it goes to a full disk, say.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StorageError(
            f"The result could not be printed: {error.strerror}.",
            "Send it where there is free space.",
        ) from error


def plain(values: Mapping[str, object]) -> str:
    """Return a dictionary as aligned lines; nested values are left to ``--json``."""
    rows = {key: value for key, value in values.items() if not isinstance(value, dict | list)}
    width = max((len(key) for key in rows), default=0)
    return "\n".join(f"{key:<{width}}  {number(value)}" for key, value in rows.items())


def number(value: object) -> str:
    """Return a number as people read it, anything else as it is."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
