"""An ingest in a process of its own: started, followed and ended from here.

``<fingerprint>.progress`` says how far it is. So everybody who waits for a corpus sees the same,
in whichever process. The process that reads finishes its work even where whoever asked for it is
gone.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from arxivtag import errors, storage
from arxivtag.callbacks import OnProgress, ShouldStop, StoppedError
from arxivtag.config import python_path
from arxivtag.errors import ArxivTagError, DataError, StorageError
from arxivtag.papers.reading.readers import parts_of
from arxivtag.papers.schema import Layout
from arxivtag.papers.sources import OpenedSource
from arxivtag.policy import environment_for, role
from arxivtag.priority import give_way

INGESTING = "arxivtag.corpus.store"
PROGRESS_SUFFIX = ".progress"
ASKED_SUFFIX = ".asked"
# How much text a file holds for its size, as measured on abstracts.
_TEXT_PER_BYTE = {".xz": 3.9, ".zst": 3.2, ".gz": 2.9, ".zip": 2.9, ".parquet": 1.9, ".xlsx": 2.0}
_TEXT_PER_PAPER = 1_500
_LARGE_TEXT_BYTES = 10_000_000  # read in a second or two
_STORE_PER_TEXT = 1.8  # bytes of a corpus for a byte of text
_ROOM_PER_STORE = 2.5  # while it is made, with what is set down on the way
_NOTE_EVERY_S = 0.4
_LOOK_EVERY_S = 0.2
_SURE_AFTER_S = 3.0  # what is left is told from then on


def text_bytes(opened: OpenedSource) -> int:
    """Return about how many bytes of text the files of a source hold; 0 if they are not there.

    Raises:
        DataError: If a folder or a pattern holds no files of papers.
    """
    total = 0.0
    with contextlib.suppress(OSError):
        for part in parts_of(opened.path):
            total += part.stat().st_size * _TEXT_PER_BYTE.get(part.suffix.lower(), 1.0)
    if opened.most_papers is not None:
        total = min(total, opened.most_papers * _TEXT_PER_PAPER)
    return int(total)


def papers_in(opened: OpenedSource) -> int:
    """Return about how many papers a source holds, from the size of its files.

    Raises:
        DataError: If a folder or a pattern holds no files of papers.
    """
    return text_bytes(opened) // _TEXT_PER_PAPER


def is_large(opened: OpenedSource) -> bool:
    """Return whether reading a source takes so long that a process of its own is worth it."""
    return text_bytes(opened) > _LARGE_TEXT_BYTES


def check_room(opened: OpenedSource, root: Path) -> None:
    """Refuse to begin what the disk has no room for.

    Raises:
        StorageError: If the disk is too full.
    """
    needed = int(_ROOM_PER_STORE * _STORE_PER_TEXT * text_bytes(opened))
    free = shutil.disk_usage(root).free
    if needed > free:
        raise StorageError(
            f"Reading {opened.name} takes about {_size_text(needed)} of disk; "
            f"{_size_text(free)} are free at {root}.",
            "Free some space, or set ARXIVTAG_HOME to a folder on a larger disk.",
        )


def _size_text(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.1f} MB"


def noted_at(folder: Path) -> Path:
    """Return where a process notes how far the folder is that it makes."""
    return folder.with_name(folder.name + PROGRESS_SUFFIX)


def follow(folder: Path, otherwise: str, progress: OnProgress, should_stop: ShouldStop) -> None:
    """Pass on how far a folder is that a process makes; ``otherwise`` if it says nothing.

    Raises:
        StoppedError: If it is to stop.
    """
    try:
        about = storage.read_json(noted_at(folder))
        stage, fraction, started_at = about["stage"], about["fraction"], about["started_at"]
        left = time_left_text(time.time() - started_at, fraction or 0.0)
    except (StorageError, KeyError, TypeError):
        progress(otherwise, None)
    else:
        progress(f"{stage}{left}", fraction)
    if should_stop():
        raise StoppedError


def time_left_text(elapsed_s: float, fraction: float) -> str:
    """Return :func:`left_text` of work that is so far; empty while it is not known."""
    if elapsed_s < _SURE_AFTER_S or not 0.02 < fraction <= 1:
        return ""
    return left_text(elapsed_s * (1 - fraction) / fraction)


def left_text(left_s: float) -> str:
    """Return ``", about 40 s left"``, as roundly as such times are known."""
    if left_s < 8:
        return ", a few seconds left"
    if left_s < 95:
        return f", about {max(round(left_s / 10), 1) * 10} s left"
    return f", about {round(left_s / 60)} min left"


def request_for(opened: OpenedSource, folder: Path) -> dict[str, object]:
    """Return what tells the process :data:`INGESTING` to make the corpus of a source."""
    return {
        "source": str(opened.source),
        "columns": dict(opened.layout.columns),
        "label_separator": opened.layout.label_separator,
        "folder": str(folder),
    }


def opened_from(request: Mapping[str, Any]) -> OpenedSource:
    """Return the source of which :func:`request_for` asks for a corpus."""
    layout = Layout(request["columns"], request["label_separator"])
    return OpenedSource(request["source"], layout, Path(request["folder"]).parent.parent)


def ingest_apart(opened: OpenedSource, folder: Path, listen: Callable[[], None]) -> None:
    """Let another process ingest a source into a folder, as :func:`run_apart` does.

    Raises:
        ArxivTagError: What the process could not do.
    """
    run_apart(INGESTING, request_for(opened, folder), opened.name, listen)


def run_apart(
    module: str,
    request: Mapping[str, object],
    name: str,
    listen: Callable[[], None],
    environment: Mapping[str, str] | None = None,
) -> None:
    """Let a module do its work as a process of its own, and wait for its end.

    Args:
        module: What it does with the request is :func:`serve_request`.
        name: What it is about, for messages.
        listen: Called a few times a second; what it raises ends the process.
        environment: What tells it for whom it works; None: for whoever asks here.

    Raises:
        ArxivTagError: What the process could not do.
    """
    for_whom = environment_for(role()) if environment is None else environment
    process = subprocess.Popen(
        [sys.executable, "-m", module, json.dumps(request)],
        env={**os.environ, **for_whom, "PYTHONPATH": python_path()},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said = _wait(process, listen)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    if process.returncode:
        raise _error_of(said, name, process.returncode)


def _wait(process: subprocess.Popen[str], listen: Callable[[], None]) -> str:
    while True:
        try:
            return process.communicate(timeout=_LOOK_EVERY_S)[0]
        except subprocess.TimeoutExpired:
            listen()


def serve_request(work: Callable[[dict[str, Any], Path, OnProgress], None]) -> int:
    """Do in this process what :func:`run_apart` asked for; return 0 if it is done.

    Why it could not be done is printed as JSON. ``work`` takes the request, its ``folder`` to be
    made, and whom to tell how far it is: that is noted beside the folder.
    """
    request = json.loads(sys.argv[1])
    folder = Path(request["folder"])
    started_at, told_at = time.time(), 0.0

    def progress(stage: str, fraction: float | None) -> None:
        nonlocal told_at
        if time.time() - told_at >= _NOTE_EVERY_S:
            told_at = time.time()
            about = {"stage": stage, "fraction": fraction, "started_at": started_at}
            storage.write_json(noted_at(folder), about)

    give_way()
    try:
        work(request, folder, progress)
    except ArxivTagError as error:
        about = {"kind": type(error).__name__, "message": error.message, "hint": error.hint}
        sys.stdout.write(json.dumps(about))
        return 1
    return 0


def _error_of(said: str, name: str, code: int) -> ArxivTagError:
    """Return the error that was printed, or what may be said of a process that died."""
    with contextlib.suppress(ValueError, KeyError, TypeError):
        about = json.loads(said)
        kind: type[ArxivTagError] = getattr(errors, about["kind"])
        return kind(about["message"], about["hint"])
    ended = f"signal {-code}" if code < 0 else f"exit code {code}"
    return DataError(
        f"{name} could not be read: the process at work on it ended unexpectedly ({ended}).",
        "Memory may be short: close other programs and try again.",
    )
