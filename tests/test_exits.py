"""Every way out of the command line ends at once, with its exit code, and by no signal.

What may still run when a command ends: an import of Keras in the background, threads of a
reader in the midst of a file. Both make Python's own end abort or hang on a busy machine.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pandas as pd
import pytest

from arxivtag.config import SAMPLE_PATH
from tests.conftest import PROJECT_FOLDER
from tests.loading import load

N_EXITS = 200
LATE = -99  # in place of an exit code: the process had to be killed
BAD_FILES = (
    ("describe", "large-cell.csv"),
    ("train", "large-cell.csv"),
    ("tag", "pretrained", "large-cell.csv"),
    ("describe", "late-fault.csv"),
    ("tag", "pretrained", "late-fault.csv"),
    ("train", "nul.csv"),
    ("train", "truncated.csv.gz"),
    ("describe", "empty.csv"),
)
BAD_USAGE = (
    ("train", "sample", "--epochs", "0"),
    ("fetch", "arxiv-api"),
    ("tag", "pretrained", "-", "--threshold", "7"),
    ("explode",),
)
LONG_OUTPUT = (("tag", "pretrained", "papers.csv"), ("describe", "sample"), ("train", "--help"))


@dataclass
class Attempts:
    """Leaves the command line in one way after the other.

    Attributes:
        folder: With the files of :func:`folder`; runs go there too.
        chance: Decides when and how.
        longest_s: How long a process may take to end.
    """

    folder: Path
    chance: random.Random
    longest_s: float
    code: int = 0  # of the last one

    @property
    def log(self) -> Path:
        return self.folder / "log.txt"

    def begin(
        self, words: tuple[str, ...], stdout: IO[bytes] | int, stderr: IO[bytes]
    ) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "arxivtag", *words],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER), "ARXIVTAG_HOME": "home"},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )

    def end(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the end and return the exit code."""
        try:
            self.code = process.wait(self.longest_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self.code = LATE
        return self.code

    def run(self, words: tuple[str, ...]) -> int:
        with self.log.open("wb") as out:
            return self.end(self.begin(words, out, out))

    def bad_file(self) -> bool:
        """The reader is left in the midst of a file, while Keras may be imported."""
        return self.run(self.chance.choice(BAD_FILES)) == 1

    def bad_usage(self) -> bool:
        return self.run(self.chance.choice(BAD_USAGE)) == 2

    def ctrl_c(self) -> bool:
        """Ctrl-C once or twice while a training is at work, from its first line on."""
        with self.log.open("wb") as out:
            process = self.begin(("train", "sample", "--epochs", "200"), out, out)
        deadline = time.monotonic() + 120
        while not self.log.stat().st_size and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(self.chance.choice((0.05, 1, 3, 12)) * self.chance.random())
        process.send_signal(signal.SIGINT)
        if self.chance.random() < 0.5:
            time.sleep(2 * self.chance.random())
            process.send_signal(signal.SIGINT)
        return self.end(process) in (0, 130)

    def closed_pipe(self) -> bool:
        """The reader of the output leaves after one byte, as ``head -c1`` does, or before it."""
        with self.log.open("wb") as out:
            process = self.begin(self.chance.choice(LONG_OUTPUT), subprocess.PIPE, out)
        assert process.stdout is not None
        with process.stdout as output:
            if self.chance.random() < 0.5:
                output.read(1)
        return self.end(process) in (0, 1)


WAYS_OUT: tuple[Callable[[Attempts], bool], ...] = (
    Attempts.bad_file,
    Attempts.bad_usage,
    Attempts.ctrl_c,
    Attempts.closed_pipe,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with files that cannot be used, and one that can."""
    header = b"titles,summaries,terms\n"
    large_cell = b'a,"' + b"word " * 8_000_000 + b'",cs.LG\n'
    rows = b"A title,An abstract of some words,cs.LG\n" * 200_000
    (tmp_path / "large-cell.csv").write_bytes(header + large_cell)
    (tmp_path / "long.csv").write_bytes(header + rows)
    (tmp_path / "late-fault.csv").write_bytes(header + rows + large_cell)
    (tmp_path / "nul.csv").write_bytes(header + b"a,b,cs.LG\n" * 200_000 + b"a,b\0,cs.LG\n")
    (tmp_path / "truncated.csv.gz").write_bytes(gzip.compress(header + rows)[:-200])
    (tmp_path / "empty.csv").write_bytes(b"")
    pd.read_csv(SAMPLE_PATH).to_csv(tmp_path / "papers.csv", index=False)
    return tmp_path


@contextlib.contextmanager
def busy_machine() -> Iterator[None]:
    """Two processes that do nothing but work."""
    workers = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        yield
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


@pytest.mark.parametrize("way_out", WAYS_OUT, ids=lambda way_out: way_out.__name__)
def test_each_way_out_ends_with_its_code(way_out: Callable[[Attempts], bool], folder: Path) -> None:
    attempts = Attempts(folder, random.Random(1), longest_s=120)
    for _ in range(2):
        assert way_out(attempts), attempts.log.read_text(errors="replace")[-2000:]


def test_ctrl_c_while_a_csv_is_parsed_reaches_whoever_handles_it(folder: Path) -> None:
    """Arrow would take the signal for itself: the first Ctrl-C would fail the training."""
    seen = threading.Event()
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.set())
    read = threading.Event()

    def interrupt() -> None:
        while not read.wait(0.002):
            os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=interrupt)
    try:
        sender.start()
        corpus = load(str(folder / "long.csv"))
        assert len(corpus.papers) == 200_000
    finally:
        read.set()
        sender.join()
        signal.signal(signal.SIGINT, before)
    assert seen.is_set()


# Ctrl-C comes as soon as a module is looked for.
INTERRUPTED = """
import os, runpy, signal, sys
module = sys.argv.pop(1)
class CtrlC:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, CtrlC())
runpy.run_module("arxivtag", run_name="__main__")
"""


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("arxivtag.cli", ("runs",)),
        ("arxivtag.flags", ("runs",)),
        ("arxivtag.tagging.export", ("export", "pretrained", "--out", "model.keras")),
        ("keras", ("export", "pretrained", "--out", "model.keras")),
        ("tensorflow", ("export", "pretrained", "--out", "model.keras")),
    ],
)
def test_ctrl_c_while_modules_are_imported_is_quiet(
    module: str, words: tuple[str, ...], tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER), "ARXIVTAG_HOME": "home"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (130, "arxivtag: interrupted.\n")
    assert not list(tmp_path.glob("model.keras"))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_way_out_is_by_a_signal_or_late_on_a_busy_machine(folder: Path) -> None:
    attempts = Attempts(folder, random.Random(2), longest_s=20)
    wrong = []
    with busy_machine():
        for number in range(N_EXITS):
            way_out = WAYS_OUT[number % len(WAYS_OUT)]
            if not way_out(attempts):
                said = attempts.log.read_text(errors="replace")[-1000:]
                wrong.append(f"{number} {way_out.__name__} ended with {attempts.code}\n{said}")
    assert not wrong, f"{len(wrong)} of {N_EXITS}\n" + "\n".join(wrong)
