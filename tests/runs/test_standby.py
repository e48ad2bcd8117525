"""A process that waits for a run: given one, killed at any point, out of date, idle."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from arxivtag import locks
from arxivtag.config import runs_folder
from arxivtag.runs import estimate, jobs, registry, standby
from arxivtag.storage import make_folder
from tests.runs.conftest import (
    HELD_AT,
    fake_config,
    go_on,
    hold,
    processes_of,
    state_of,
    wait_for,
    workers,
)


def waiting(home: Path) -> list[psutil.Process]:
    """The processes that wait, or waited, under ``home``: parents before their children."""
    return processes_of("arxivtag.runs.standby_process", home)


def is_there(home: Path) -> bool:
    """Whether a process listens."""
    with contextlib.suppress(OSError), standby._address(home) as address, standby._line() as line:
        line.connect(address)
        return True
    return False


@pytest.fixture
def home_with_standby(quick: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home folder in which a process waits; none is left after the test."""
    monkeypatch.setenv("ARXIVTAG_STANDBY", "1")
    standby.ensure(quick, fake_config())
    wait_for(lambda: is_there(quick) and len(waiting(quick)) == 2)
    yield quick
    wait_for(lambda: not killed(quick))


def killed(home: Path) -> int:
    """Kill what works under ``home``; what is at its end may have started another by then."""
    found = [*waiting(home), *workers(home)]
    for process in found:
        with contextlib.suppress(psutil.Error):
            process.kill()
    return len(found)


def finished(run_id: str, home: Path) -> bool:
    return state_of(run_id, home) == "finished"


def test_it_takes_a_run_and_another_takes_its_place(home_with_standby: Path) -> None:
    home, before = home_with_standby, waiting(home_with_standby)
    hold(home)
    run_id = jobs.start(fake_config(epochs=4), home)
    wait_for(lambda: registry.read_run(run_id, home).status.pid == before[1].pid)
    assert not workers(home), "nothing else was started"
    assert locks.is_held(runs_folder(home) / ".slot.lock")
    go_on(home)
    wait_for(lambda: finished(run_id, home))
    assert registry.read_run(run_id, home).log_tail(), "it wrote into the run's own log"
    wait_for(lambda: is_there(home))
    wait_for(lambda: {one.pid for one in waiting(home)}.isdisjoint(one.pid for one in before))
    wait_for(lambda: not locks.is_held(runs_folder(home) / ".slot.lock"))


def test_there_is_one_per_home(home_with_standby: Path) -> None:
    before = {process.pid for process in waiting(home_with_standby)}
    for _ in range(5):
        standby.ensure(home_with_standby, fake_config())
    assert {process.pid for process in waiting(home_with_standby)} == before


def prepared() -> list[str]:
    """What was prepared: numbers of epochs, by which these runs differ."""
    journal = Path(os.environ["FAKE_JOURNAL"])
    lines = journal.read_text().splitlines() if journal.exists() else []
    return [line.split()[1] for line in lines if line.startswith("prepare")]


def test_it_prepares_what_is_expected_each_once(home_with_standby: Path) -> None:
    for epochs in (2, 7, 7, 9):
        before = set(threading.enumerate())  # that which started the process waits for its end
        standby.ensure(home_with_standby, fake_config(epochs))
        for thread in set(threading.enumerate()) - before:
            thread.join()
        wait_for(lambda epochs=epochs: prepared()[-1:] == [str(epochs)])  # type: ignore[misc]
    assert prepared() == ["2", "7", "9"]


def test_a_run_that_was_not_expected_is_taken_too(home_with_standby: Path) -> None:
    home, child = home_with_standby, waiting(home_with_standby)[1]
    standby.ensure(home, fake_config(5, random_seed=1))  # its preparation fails
    wait_for(lambda: prepared()[-1:] == ["5"])
    run_id = jobs.start(fake_config(3), home)
    wait_for(lambda: finished(run_id, home))
    assert registry.read_run(run_id, home).status.pid == child.pid
    wait_for(lambda: prepared()[-1:] == ["3"])  # the next one expects what was trained


def test_without_it_a_run_begins_all_the_same(home_with_standby: Path) -> None:
    for process in reversed(waiting(home_with_standby)):
        process.kill()
    run_id = jobs.start(fake_config(), home_with_standby)
    wait_for(lambda: finished(run_id, home_with_standby))


def test_one_that_does_not_answer_is_left_alone(home_with_standby: Path) -> None:
    parent, child = waiting(home_with_standby)
    parent.suspend()
    run_id = jobs.start(fake_config(), home_with_standby)
    wait_for(lambda: finished(run_id, home_with_standby))
    assert registry.read_run(run_id, home_with_standby).status.pid != child.pid
    parent.resume()
    later = jobs.start(fake_config(epochs=3), home_with_standby)
    wait_for(lambda: finished(later, home_with_standby))
    begun = Path(os.environ["FAKE_JOURNAL"]).read_text().count("begin")
    assert begun == 2, "each run was begun once"


def test_when_the_waiting_child_dies_the_parent_goes_too(home_with_standby: Path) -> None:
    waiting(home_with_standby)[1].kill()
    wait_for(lambda: not waiting(home_with_standby))
    wait_for(lambda: not locks.is_held(runs_folder(home_with_standby) / ".standby.lock"))


def test_when_the_waiting_parent_dies_the_child_goes_too(home_with_standby: Path) -> None:
    waiting(home_with_standby)[0].kill()
    wait_for(lambda: not waiting(home_with_standby))


def test_a_kill_of_the_one_that_trains_is_told(home_with_standby: Path) -> None:
    home, child = home_with_standby, waiting(home_with_standby)[1]
    run_id = jobs.start(fake_config(epochs=200), home)
    wait_for(lambda: registry.read_run(run_id, home).status.pid == child.pid)
    child.kill()
    wait_for(lambda: state_of(run_id, home) == "failed")
    assert "signal SIGKILL" in registry.read_run(run_id, home).status.message
    wait_for(lambda: not jobs.running(home))


def test_a_kill_of_its_parent_does_not_disturb_the_training(home_with_standby: Path) -> None:
    home, (parent, child) = home_with_standby, waiting(home_with_standby)
    hold(home)
    run_id = jobs.start(fake_config(epochs=4), home)
    wait_for(lambda: registry.read_run(run_id, home).status.pid == child.pid)
    parent.kill()
    go_on(home)
    wait_for(lambda: finished(run_id, home))
    wait_for(lambda: not locks.is_held(runs_folder(home) / ".slot.lock"))


def test_a_kill_of_both_while_training_is_lost_and_resumed(home_with_standby: Path) -> None:
    home, (parent, child) = home_with_standby, waiting(home_with_standby)
    hold(home)
    run_id = jobs.start(fake_config(epochs=6), home)
    wait_for(lambda: len(registry.read_run(run_id, home).history().epochs) == HELD_AT)
    parent.kill()
    child.kill()
    wait_for(lambda: state_of(run_id, home) == "lost")
    go_on(home)
    jobs.resume(run_id, home)
    wait_for(lambda: finished(run_id, home))
    epochs = [record["epoch"] for record in registry.read_run(run_id, home).history().epochs]
    assert epochs == list(range(1, 7))


def test_one_with_other_settings_is_not_used(
    home_with_standby: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = waiting(home_with_standby)
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "123456")
    run_id = jobs.start(fake_config(epochs=4), home_with_standby)
    wait_for(lambda: finished(run_id, home_with_standby))
    assert registry.read_run(run_id, home_with_standby).status.pid != before[1].pid
    wait_for(lambda: not any(process.is_running() for process in before))


def test_who_asks_and_goes_away_takes_nothing_along(home_with_standby: Path) -> None:
    home, child = home_with_standby, waiting(home_with_standby)[1]
    message = json.dumps({"run_id": "nobody", "identity": standby.identity()}).encode()
    with open(os.devnull, "rb") as file, standby._line() as line:
        with standby._address(home) as address:
            line.connect(address)
        socket.send_fds(line, [message], [file.fileno()] * 3)
        assert line.recv(1) == standby.READY
    run_id = jobs.start(fake_config(), home)
    wait_for(lambda: finished(run_id, home))
    assert registry.read_run(run_id, home).status.pid == child.pid


def test_it_ends_after_idle_minutes(quick: Path) -> None:
    make_folder(runs_folder(quick))
    lock = locks.try_acquire(runs_folder(quick) / ".standby.lock")
    assert lock is not None
    words = [sys.executable, "-m", "arxivtag.runs.standby_process", "--home", str(quick)]
    process = subprocess.Popen(
        [*words, "--lock", str(lock), "--idle-s", "0.2", "--expected", "{}"], pass_fds=(lock,)
    )
    locks.release(lock)
    assert process.wait(timeout=60) == 0
    assert not waiting(quick)


def test_it_can_be_turned_off(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_STANDBY", "0")
    assert standby.start(quick, fake_config()) is None
    standby.ensure(quick, fake_config())
    run_id = jobs.start(fake_config(), quick)
    wait_for(lambda: finished(run_id, quick))


def test_none_waits_where_memory_is_short(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_STANDBY", "1")
    monkeypatch.setattr(estimate, "_free_mb", lambda: estimate.RESERVE_MB + estimate.STANDBY_MB - 1)
    assert standby.start(quick, fake_config()) is None
    assert not locks.is_held(runs_folder(quick) / ".standby.lock")


def test_a_home_with_a_long_path_has_one(
    tmp_path: Path, quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_STANDBY", "1")
    home = tmp_path / ("long" * 30)
    standby.ensure(home, fake_config())
    wait_for(lambda: runs_folder(home).exists() and is_there(home))
    for process in waiting(home):
        process.send_signal(signal.SIGKILL)
    wait_for(lambda: not waiting(home))
