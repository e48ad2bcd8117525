"""Large sources are read by a process of its own, which may be ended at any point."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from arxivtag.callbacks import StoppedError
from arxivtag.config import corpora_folder
from arxivtag.corpus import apart, store
from arxivtag.corpus.apart import time_left_text
from arxivtag.corpus.store import open_corpus
from arxivtag.errors import DataError, StorageError
from tests.corpus.test_store import names_in, no_file_beyond, papers_file

LEFT_BEHIND = {".lock"}


@pytest.fixture(autouse=True)
def all_files_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_LARGE_TEXT_BYTES", 0)


def processes_reading(home: Path) -> list[int]:
    """Return the processes that ingest into a home."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_text().split("\0")
        except (OSError, ValueError):
            continue
        if "arxivtag.corpus.ingesting" in words and any(str(home) in word for word in words):
            found.append(int(entry.name))
    return found


def test_another_process_reads_and_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ingest", None)  # not in this process
    said: list[tuple[str, float | None]] = []
    corpus = open_corpus(
        papers_file(tmp_path, 6_000), tmp_path, progress=lambda *now: said.append(now)
    )
    assert corpus.n_papers == 6_000
    fractions = [fraction for _, fraction in said if fraction is not None]
    assert fractions == sorted(fractions)
    assert {stage.split(",")[0].split(":")[0] for stage, _ in said} & {
        "Reading",
        "Reading the labels",
        "Looking at the texts",
        "Looking for near-duplicates",
        "Counting words and bigrams",
    }
    assert names_in(tmp_path) == {"corpus", ".lock", ".seen"}


def fails_for_want_of_papers(open_it: Callable[..., object], home: Path, folder: Path) -> None:
    """Open a file without papers; its error is the caller's, and nothing stays."""
    path = folder / "empty.csv"
    path.write_text("title,abstract,labels\n")
    with pytest.raises(DataError, match="no papers") as raised:
        open_it(str(path), home)
    assert raised.value.hint
    assert names_in(home) == LEFT_BEHIND


def is_cancelled(open_it: Callable[..., object], path: str, home: Path) -> None:
    """Open a file and stop once its reading has begun; no process and nothing of it stays."""
    said: list[str] = []
    with pytest.raises(StoppedError):
        open_it(
            path,
            home,
            progress=lambda stage, fraction: said.append(stage) if fraction else None,
            should_stop=lambda: bool(said),
        )
    assert processes_reading(home) == []
    assert names_in(home) == LEFT_BEHIND


def test_its_errors_are_the_callers(tmp_path: Path) -> None:
    fails_for_want_of_papers(open_corpus, tmp_path, tmp_path)


def test_a_stop_ends_the_process_and_leaves_nothing(tmp_path: Path) -> None:
    is_cancelled(open_corpus, papers_file(tmp_path, 6_000), tmp_path)


def test_ctrl_c_ends_the_process(tmp_path: Path) -> None:
    def interrupt(stage: str, fraction: float | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        open_corpus(papers_file(tmp_path, 6_000), tmp_path, progress=interrupt)
    assert processes_reading(tmp_path) == []
    assert names_in(tmp_path) <= LEFT_BEHIND


def kill_after(seconds: float, home: Path) -> threading.Thread:
    def kill() -> None:
        deadline = time.monotonic() + 60
        while not (found := processes_reading(home)) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(seconds)
        kill_all(found)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def kill_all(numbers: list[int]) -> None:
    for number in numbers:
        with contextlib.suppress(ProcessLookupError):  # it has ended
            os.kill(number, signal.SIGKILL)


def killed_and_opened_again(source: str, home: Path, seconds: float) -> None:
    killer = kill_after(seconds, home)
    with contextlib.suppress(DataError):
        open_corpus(source, home).close()
    killer.join()
    corpus = open_corpus(source, home)
    assert corpus.n_papers == 4_000
    assert store.is_sound(corpus.folder)
    assert names_in(home) == {"corpus", ".lock", ".seen"}


def test_a_killed_process_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="signal 9"):
        open_corpus(
            papers_file(tmp_path, 6_000),
            tmp_path,
            progress=lambda stage, fraction: kill_all(processes_reading(tmp_path)),
        )
    assert names_in(tmp_path) == LEFT_BEHIND


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    source = papers_file(tmp_path, 2_000)
    with no_file_beyond(100_000), pytest.raises(StorageError):
        open_corpus(source, tmp_path)
    assert processes_reading(tmp_path) == []
    assert names_in(tmp_path) == LEFT_BEHIND


def test_several_who_ask_at_once_get_one_corpus(tmp_path: Path) -> None:
    source = papers_file(tmp_path, 6_000)
    with ThreadPoolExecutor(3) as asking:
        corpora = list(asking.map(lambda _: open_corpus(source, tmp_path), range(3)))
    assert {corpus.n_papers for corpus in corpora} == {6_000}
    assert names_in(tmp_path) == {"corpus", ".lock", ".seen"}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_killed_at_random_points(tmp_path: Path, seed: int) -> None:
    source = papers_file(tmp_path, 4_000)
    killed_and_opened_again(source, tmp_path, random.Random(seed).uniform(0, 3))


def test_a_disk_without_room_is_told_before_it_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "_ROOM_PER_STORE", 1e12)
    monkeypatch.setattr(apart, "is_large", lambda opened: False)
    with pytest.raises(StorageError, match=r"takes about .* GB of disk; .* GB are free"):
        open_corpus(papers_file(tmp_path), tmp_path)
    assert names_in(tmp_path) == LEFT_BEHIND
    assert not list(corpora_folder(tmp_path).glob(".tmp-*"))


@pytest.mark.parametrize(
    ("elapsed_s", "fraction", "text"),
    [
        (1, 0.5, ""),
        (30, 0.0, ""),
        (30, 1.0, ", a few seconds left"),
        (30, 0.9, ", a few seconds left"),
        (30, 0.43, ", about 40 s left"),
        (60, 0.25, ", about 3 min left"),
    ],
)
def test_time_left_is_said_as_roundly_as_it_is_known(
    elapsed_s: float, fraction: float, text: str
) -> None:
    assert time_left_text(elapsed_s, fraction) == text
