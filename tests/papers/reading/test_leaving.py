"""A reader that is left in mid-stream leaves nothing behind: no thread, no process, no late end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from arxivtag.errors import DataError
from arxivtag.papers.reading.readers import read_table
from tests.conftest import PROJECT_FOLDER

HEADER = b"title,abstract,labels\n"
ROW = b"t,we study graphs and trees,cs.LG\n"


def big_cell(folder: Path) -> Path:
    path = folder / "big_cell.csv"
    path.write_bytes(HEADER + 5 * ROW + b't,"' + b"word " * 8_000_000 + b'",cs.LG\n' + 5 * ROW)
    return path


def nul(folder: Path) -> Path:
    path = folder / "nul.csv"
    path.write_bytes(HEADER + 5 * ROW + b"t,a\x00b,cs.LG\n" + 5 * ROW)
    return path


def large_parquet(folder: Path) -> Path:
    path = folder / "large.parquet"
    texts = [f"{number} " * 400 for number in range(20_000)]
    pq.write_table(pa.table({"abstract": texts, "labels": ["cs.LG"] * len(texts)}), path)
    return path


def bystanders() -> tuple[set[int], set[str]]:
    """The processes that this one has started, and its threads by name and number."""
    children = {child.pid for child in psutil.Process().children()}
    return children, {f"{one.name} {one.ident}" for one in threading.enumerate()}


def assert_alone(before: tuple[set[int], set[str]]) -> None:
    """Fail if there is a process or a thread that was not there before.

    Threads of the test's own tools (of xdist, say) come and go, so it looks a few times.
    """
    for _ in range(20):
        more = [now - then for now, then in zip(bystanders(), before, strict=True)]
        if not any(more):
            return
        time.sleep(0.1)
    pytest.fail(f"These were not there before: {more}")


@pytest.mark.parametrize("make", [big_cell, nul, large_parquet])
def test_nothing_goes_on_after_the_first_rows(make: object, tmp_path: Path) -> None:
    assert callable(make)
    path = make(tmp_path)
    before = bystanders()
    assert len(read_table(path, max_rows=5).table) == 5
    assert_alone(before)


def test_nothing_goes_on_after_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "1000")
    csv = tmp_path / "many.csv"
    csv.write_bytes(HEADER + 400_000 * ROW)
    before = bystanders()
    for path in (csv, large_parquet(tmp_path), big_cell(tmp_path)):
        with pytest.raises(DataError):
            read_table(path)
    assert_alone(before)


def test_nothing_goes_on_after_an_interruption(tmp_path: Path) -> None:
    """As Ctrl-C does it: anywhere in the middle, an exception that is not ours."""
    path = large_parquet(tmp_path)
    before = bystanders()

    def interrupted(columns: object) -> list[str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_table(path, columns=interrupted)
    assert_alone(before)


@pytest.fixture
def busy_cores() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"])
             for _ in range(os.cpu_count() or 2)]  # fmt: skip
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


@pytest.mark.slow
@pytest.mark.usefixtures("busy_cores")
def test_the_process_ends_by_itself_under_load(tmp_path: Path) -> None:
    cell, zero = big_cell(tmp_path), nul(tmp_path)
    commands = (["tag", "pretrained", str(cell)], ["train", str(zero)], ["describe", str(cell)])
    endings = []
    for number in range(60):
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "arxivtag", *commands[number % len(commands)],
             "--home", str(tmp_path / "home")],
            cwd=PROJECT_FOLDER, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        endings.append((done.returncode, time.monotonic() - started, done.stderr[-300:]))
    assert all(code == 1 for code, _, _ in endings), endings
    assert max(seconds for _, seconds, _ in endings) < 20
