"""A wall clock that jumps fools nothing: locks say what lives, monotonic clocks how long."""

from __future__ import annotations

import datetime as real_datetime
from pathlib import Path

import pytest

from arxivtag import locks
from arxivtag.runs import jobs, layout, registry
from tests.runs.conftest import fake_config, make_run, state_of, wait_for

STAMPS = ("1970-01-01T00:00:00.000+00:00", "2999-01-01T00:00:00.000+00:00", "nonsense", None)


@pytest.mark.parametrize("stamp", STAMPS)
def test_the_lock_alone_says_whether_a_run_is_lost(home: Path, stamp: str | None) -> None:
    folder = make_run(
        home, "run-a", "running", heartbeat_at=stamp, started_at=stamp, queued_at=stamp
    )
    assert state_of("run-a", home) == "lost"
    held = locks.try_acquire(folder.lock)
    assert held is not None
    try:
        assert state_of("run-a", home) == "running"
    finally:
        locks.release(held)
    assert state_of("run-a", home) == "lost"


@pytest.mark.parametrize("jump_days", [-20_000, 20_000])
def test_queue_order_and_ids_survive_a_jump(
    home: Path, monkeypatch: pytest.MonkeyPatch, jump_days: int
) -> None:
    held = locks.try_acquire(home / "runs" / ".slot.lock") if (home / "runs").exists() else None
    make_run(home, "blocker", "running")
    slot = held or locks.try_acquire(home / "runs" / ".slot.lock")
    assert slot is not None
    first = jobs.start(fake_config(1), home)

    class Jumped(real_datetime.datetime):
        @classmethod
        def now(cls, tz: real_datetime.tzinfo | None = None) -> real_datetime.datetime:  # type: ignore[override]
            return real_datetime.datetime.now(tz) + real_datetime.timedelta(days=jump_days)

    monkeypatch.setattr(layout, "datetime", Jumped)
    second = jobs.start(fake_config(1), home)
    locks.release(slot)
    assert jobs.queue(home) == (first, second)


def test_time_spent_is_not_read_off_the_wall(quick: Path) -> None:
    run_id = jobs.start(fake_config(2), quick)
    wait_for(lambda: state_of(run_id, quick) == "finished")
    run = registry.read_run(run_id, quick)
    from arxivtag import storage

    status = storage.read_json(run.folder.status)
    storage.write_json(run.folder.status, status | {"started_at": STAMPS[0]})
    told = registry.read_run(run_id, quick).duration_s
    assert told == run.duration_s
    assert told is not None
    assert 0 < told < 60
