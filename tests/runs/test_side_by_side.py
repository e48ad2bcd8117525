"""Several jobs at once on one machine: ``ARXIVTAG_JOBS``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from arxivtag.errors import ConfigError
from arxivtag.runs import estimate, jobs, standby
from arxivtag.runs.estimate import RESERVE_MB
from arxivtag.settings import RunConfig
from tests.runs.conftest import (
    fake_config,
    go_on,
    hold,
    journal_of,
    make_run,
    state_of,
    wait_for,
)


@pytest.fixture
def two(quick: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder in which two runs train at once."""
    monkeypatch.setenv("ARXIVTAG_JOBS", "2")
    return quick


def test_two_train_at_once_and_others_follow_in_order(two: Path) -> None:
    hold(two)
    long, short = jobs.start(fake_config(200), two), jobs.start(fake_config(4), two)
    waiting = tuple(jobs.start(fake_config(1), two) for _ in range(3))
    assert jobs.running(two) == (long, short)
    assert jobs.is_full(two)
    assert jobs.queue(two) == waiting
    jobs.withdraw(waiting[1], two)
    go_on(two)
    wait_for(lambda: state_of(waiting[2], two) == "finished")  # nobody polls
    assert state_of(long, two) == "running", "the three went through the other slot"
    jobs.stop(long, two)
    wait_for(lambda: not jobs.running(two))
    assert state_of(waiting[1], two) == "stopped"
    begun = [run_id for event, run_id, _ in journal_of(two) if event == "begin"]
    assert set(begun[:2]) == {long, short}
    assert begun[2:] == [waiting[0], waiting[2]]


def test_the_default_is_one(quick: Path) -> None:
    hold(quick)
    first = jobs.start(fake_config(3), quick)
    second = jobs.start(fake_config(1), quick)
    assert (jobs.running(quick), jobs.queue(quick)) == ((first,), (second,))
    go_on(quick)
    wait_for(lambda: state_of(second, quick) == "finished")


def test_one_without_room_waits_for_memory_and_none_overtakes_it(
    two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimate, "needed_mb", _size)
    monkeypatch.setattr(estimate, "_total_mb", lambda: 9_000.0 + RESERVE_MB - 1)
    monkeypatch.setattr(estimate, "_free_mb", lambda: 9_000.0)
    monkeypatch.setattr(jobs, "_launch", launched := _Launched())
    for number, epochs in enumerate((1, 2, 3), start=1):
        make_run(two, f"run-{number}", "queued", fake_config(epochs), queue_number=number)
    monkeypatch.setattr(jobs, "running", lambda home: tuple(launched.ids))
    assert jobs.start_next(two) == "run-1", "one alone begins, whatever it takes"
    assert jobs.start_next(two) is None
    assert launched.ids == ["run-1"]
    monkeypatch.setattr(estimate, "_total_mb", lambda: 9_000.0 + RESERVE_MB)
    monkeypatch.setenv("ARXIVTAG_STANDBY", "1")
    assert jobs.start_next(two) is None, "the process that waits for a run counts"
    monkeypatch.setenv("ARXIVTAG_STANDBY", "0")
    jobs.start_next(two)
    assert launched.ids[:2] == ["run-1", "run-2"]


def _size(settings: RunConfig, home: Path) -> float:
    """Return the megabytes of made-up runs, which differ by their epochs."""
    return {1: 4_000.0, 2: 5_000.0, 3: 10.0}[settings.training.epochs or 0]


class _Launched:
    """Stands in for the launch of a worker: notes whose turn it was."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def __call__(self, folder: object, slot: int) -> bool:
        run_id: str = folder.run_id  # type: ignore[attr-defined]
        if run_id in self.ids:
            return False
        self.ids.append(run_id)
        return True


@pytest.mark.parametrize(
    ("total", "free", "fits"),
    [(5_000, 5_000, True), (4_999, 5_000, False), (9_999, 2_999, False), (9_999, 3_000, True)],
)
def test_room_is_for_all_and_for_what_is_free_now(
    monkeypatch: pytest.MonkeyPatch, total: float, free: float, fits: bool
) -> None:
    """Those that train may not have taken all yet; other programs may have taken much."""
    monkeypatch.setattr(estimate, "_total_mb", lambda: total)
    monkeypatch.setattr(estimate, "_free_mb", lambda: free)
    assert estimate.has_room(2_000, [2_000]) is fits


def test_a_container_bounds_memory(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("6000000000\n")
    (tmp_path / "memory.current").write_text("1500000000\n")
    assert estimate._groups(tmp_path) == [(6_000, 1_500)]
    (tmp_path / "memory.max").write_text("max\n")
    assert estimate._groups(tmp_path) == []
    assert 0 < estimate._free_mb() <= estimate._total_mb()


def test_more_papers_need_more_memory_and_a_missing_file_the_least(home: Path) -> None:
    home.mkdir()
    needed = {}
    for n_mb in (10, 1_000):
        path = home / f"{n_mb}.csv"
        with path.open("wb") as file:
            file.truncate(n_mb * 1_000_000)
        needed[n_mb] = estimate.needed_mb(RunConfig(data=str(path)), home)
    missing = estimate.needed_mb(RunConfig(data=str(home / "no.csv")), home)
    assert 600 < missing < needed[10] < needed[1_000]
    assert estimate.needed_mb(None, home) < needed[10]


def test_threads_are_shared_among_jobs_and_a_persons_own_choice_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert "NPROC" not in standby.worker_environment()
    monkeypatch.setenv("ARXIVTAG_JOBS", "3")
    environment = standby.worker_environment()
    assert (environment["NPROC"], environment["OMP_NUM_THREADS"]) == ("2", "2")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert standby.worker_environment()["OMP_NUM_THREADS"] == "7"


@pytest.mark.parametrize("nonsense", ["0", "two", "65"])
def test_nonsense_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch, nonsense: str) -> None:
    monkeypatch.setenv("ARXIVTAG_JOBS", nonsense)
    with pytest.raises(ConfigError, match=r"ARXIVTAG_JOBS|jobs"):
        jobs.start(fake_config(), home)
