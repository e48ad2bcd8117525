"""What a cluster does besides training: evaluates in parts, and reads large data sets."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from arxivtag import storage
from arxivtag.config import CODE_FOLDER, corpora_folder
from arxivtag.corpus import apart, store
from arxivtag.errors import RefusedError
from arxivtag.runs import cluster, opening
from arxivtag.runs.opening import open_corpus
from arxivtag.tagging import parts
from tests.corpus.test_apart import (
    LEFT_BEHIND,
    fails_for_want_of_papers,
    is_cancelled,
    processes_reading,
)
from tests.corpus.test_store import names_in, papers_file
from tests.runs.clusters import LocalCluster, used
from tests.runs.conftest import wait_for
from tests.runs.test_evaluating import evaluate
from tests.tagging.test_many import SLOWLY

pytestmark = pytest.mark.usefixtures("on_cluster")
OPEN = """
import sys
from pathlib import Path
from arxivtag.corpus import apart
from arxivtag.runs.opening import open_corpus
apart._LARGE_TEXT_BYTES = 0
open_corpus(sys.argv[1], Path(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    environment = {"PYTHONPATH": str(CODE_FOLDER)}
    with LocalCluster(tmp_path_factory.mktemp("cluster"), 2, environment) as local:
        yield local


@pytest.fixture
def on_cluster(
    two_workers: LocalCluster, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalCluster]:
    """A cluster whose two workers, with a thread each, are there and have nothing to do."""
    with used(two_workers, monkeypatch) as local:
        yield local


@pytest.fixture
def all_files_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_LARGE_TEXT_BYTES", 0)


@pytest.fixture
def not_at_home(all_files_are_large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process reads nothing large, nor does one that it starts."""
    monkeypatch.setattr(opening.apart, "ingest_apart", None)


def kept_parts(home: Path) -> list[Path]:
    return list(corpora_folder(home).glob("*.prepared/scores-*/*.part"))


def test_a_worker_that_is_killed_changes_no_figure(
    home: Path,
    on_cluster: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "ROWS_PER_PART", 100)
    expected = evaluate("pretrained", "sample")
    killed: list[str] = []

    def kill_one(stage: str, fraction: float | None) -> None:
        if stage.startswith("Papers judged") and not killed:
            killed.append(next(iter(on_cluster.workers)))
            on_cluster.kill(killed[0])

    with cluster.pool() as pool:
        found = evaluate("pretrained", "sample", progress=kill_one, pool=pool)
    assert killed
    assert found == expected
    assert not kept_parts(home)


def test_without_scheduler_or_workers_parts_are_refused(
    home: Path, on_cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "ROWS_PER_PART", 100)

    def end_scheduler(stage: str, fraction: float | None) -> None:
        if stage.startswith("Papers judged"):
            on_cluster.scheduler.kill()

    with pytest.raises(RefusedError, match="The scheduler was lost"), cluster.pool() as pool:
        evaluate("pretrained", "sample", progress=end_scheduler, pool=pool)
    assert kept_parts(home)
    for name in list(on_cluster.workers):
        on_cluster.kill(name)
        del on_cluster.workers[name]
    cluster.close()
    with LocalCluster(home, 0, {}) as empty:
        monkeypatch.setenv("ARXIVTAG_CLUSTER", empty.address)
        wait_for(cluster_answers)
        with pytest.raises(RefusedError, match="has no workers"), cluster.pool():
            pass


def cluster_answers() -> bool:
    with contextlib.suppress(RefusedError):
        return cluster.idle() == []
    cluster.close()  # so that the next look asks it again at once
    return False


@pytest.mark.slow
def test_a_killed_command_goes_on_from_its_parts(
    home: Path,
    on_cluster: LocalCluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "evaluation.json"
    words = [sys.executable, "-c", SLOWLY, "evaluate", "pretrained", "sample"]
    words += ["--home", str(home), "--cluster", on_cluster.address, "--out", str(out)]
    environment = {**os.environ, "PYTHONPATH": str(CODE_FOLDER)}
    first = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(kept_parts(home)) >= 2, 60)
    first.kill()
    first.wait()
    before = {one: one.stat().st_mtime_ns for one in kept_parts(home)}
    assert 2 <= len(before) < 10
    second = subprocess.Popen(words, env=environment, stderr=subprocess.DEVNULL)
    wait_for(lambda: len(kept_parts(home)) > len(before), 60)
    assert {one: one.stat().st_mtime_ns for one in before} == before
    assert second.wait(60) == 0
    assert not kept_parts(home)
    monkeypatch.setattr(parts, "ROWS_PER_PART", 200)
    assert storage.read_json(out) == evaluate("pretrained", "sample")


@pytest.mark.usefixtures("not_at_home")
def test_a_worker_reads_and_the_asker_hears_how_far_it_is(home: Path, tmp_path: Path) -> None:
    said: list[tuple[str, float | None]] = []
    source = papers_file(tmp_path, 2_000)
    corpus = open_corpus(source, home, progress=lambda *now: said.append(now))
    assert corpus.n_papers == 2_000
    fractions = [fraction for _, fraction in said if fraction is not None]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) > 1
    assert names_in(home) == {"corpus", ".lock", ".seen"}


@pytest.mark.usefixtures("not_at_home")
def test_what_a_worker_finds_wrong_is_told_as_at_home(home: Path, tmp_path: Path) -> None:
    fails_for_want_of_papers(open_corpus, home, tmp_path)


@pytest.mark.usefixtures("not_at_home")
def test_cancel_ends_the_workers_process_and_leaves_nothing(home: Path, tmp_path: Path) -> None:
    is_cancelled(open_corpus, papers_file(tmp_path, 20_000), home)


@pytest.mark.usefixtures("not_at_home")
def test_another_worker_reads_when_one_is_killed(
    home: Path,
    tmp_path: Path,
    on_cluster: LocalCluster,
) -> None:
    killed: list[str] = []

    def kill_machine(stage: str, fraction: float | None) -> None:
        """Kill the worker that reads, and its process, as when its machine is lost."""
        if fraction and not killed:
            (child,) = processes_reading(home)
            at_work = psutil.Process(child).ppid()
            (name,) = [name for name, one in on_cluster.workers.items() if one.pid == at_work]
            killed.append(name)
            on_cluster.kill(name)
            os.kill(child, signal.SIGKILL)

    corpus = open_corpus(papers_file(tmp_path, 2_000), home, progress=kill_machine)
    assert killed
    assert store.is_sound(corpus.folder)
    assert names_in(home) == {"corpus", ".lock", ".seen"}


@pytest.mark.slow
@pytest.mark.usefixtures("not_at_home")
def test_a_worker_whose_asker_was_killed_finishes_its_work(home: Path, tmp_path: Path) -> None:
    source = papers_file(tmp_path, 2_000)
    asking = subprocess.Popen([sys.executable, "-c", OPEN, source, str(home)])
    wait_for(lambda: bool(processes_reading(home)), 60)
    asking.kill()
    asking.wait()
    wait_for(lambda: "corpus" in names_in(home), 60)
    assert any(name.endswith(apart.ASKED_SUFFIX) for name in names_in(home))
    other = papers_file(tmp_path, 300, "other.jsonl")
    open_corpus(source, home).close()
    open_corpus(other, home)
    assert names_in(home) == {"corpus", ".lock", ".seen"}


class AtHomeError(Exception):
    """This machine was to read."""


@pytest.fixture
def at_home_is_told(all_files_are_large: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(*words: object) -> None:
        raise AtHomeError

    monkeypatch.setattr(apart, "ingest_apart", tell)


@pytest.mark.usefixtures("at_home_is_told")
def test_files_that_a_worker_sees_otherwise_are_read_at_home(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "seen_key", lambda opened: 64 * "0")
    with pytest.raises(AtHomeError):
        open_corpus(papers_file(tmp_path), home)
    assert names_in(home) == LEFT_BEHIND


@pytest.mark.usefixtures("at_home_is_told")
def test_without_a_scheduler_this_machine_reads(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.close()
    monkeypatch.setenv("ARXIVTAG_CLUSTER", "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "_ANSWER_S", 0.5)
    with pytest.raises(AtHomeError):
        open_corpus(papers_file(tmp_path), home)


def test_a_busy_worker_is_not_asked(on_cluster: LocalCluster, tmp_path: Path) -> None:
    first, second = cluster.idle()
    ended = tmp_path / "ended"
    until_then = f"while [ ! -e {shlex.quote(str(ended))} ]; do sleep 0.05; done"
    wait = cluster.give(first, subprocess.run, ["sh", "-c", until_then])
    wait_for(lambda: cluster.idle() == [second])
    ended.touch()
    wait.result()
    wait_for(lambda: set(cluster.idle()) == {first, second})
