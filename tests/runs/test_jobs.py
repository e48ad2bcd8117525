"""Jobs as real processes: the queue, stopping, and what happens when something is killed."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from arxivtag import config, locks, policy, storage
from arxivtag.errors import RunError, StorageError
from arxivtag.papers import source, sources
from arxivtag.policy import Role, acting_as
from arxivtag.priority import NICENESS
from arxivtag.runs import jobs, registry
from arxivtag.runs.status import RunStatus
from arxivtag.settings import ModelConfig, RunConfig, TrainingConfig
from tests.runs.conftest import (
    HELD_AT,
    fake_config,
    go_on,
    hold,
    journal_of,
    make_run,
    refused,
    state_of,
    wait_for,
    workers,
)
from tests.runs.fake import sitecustomize as fake


def begin(home: Path, epochs: int = 2, random_seed: int = 42) -> str:
    """Start a run and return its id."""
    return jobs.start(fake_config(epochs, random_seed), home)


def wait_until_trains(run_id: str, home: Path) -> None:
    history = registry.RunFolder(run_id, home).history
    wait_for(lambda: history.exists() and b'"epoch"' in history.read_bytes())


def fill(path: Path) -> None:
    """Write to ``path`` until the disk is full."""
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as filler:
        while filler.write(b"0" * 4096):
            pass


def test_a_job_runs_to_its_end_and_frees_the_slot(quick: Path) -> None:
    hold(quick)
    run_id = begin(quick, epochs=4)
    assert state_of(run_id, quick) == "running"
    assert jobs.running(quick) == (run_id,)
    go_on(quick)
    wait_for(lambda: state_of(run_id, quick) == "finished")
    wait_for(lambda: not jobs.running(quick) and not workers(quick))
    run = registry.read_run(run_id, quick)
    assert run.status.elapsed_s is not None
    assert run.status.elapsed_s >= 4 * fake.SECONDS_PER_EPOCH
    assert run.status.ended_at
    assert [record["epoch"] for record in run.history().epochs] == [1, 2, 3, 4]


def test_jobs_wait_in_order_and_begin_by_themselves(quick: Path) -> None:
    hold(quick)
    first, second, third = (begin(quick, epochs) for epochs in (4, 1, 1))
    assert jobs.queue(quick) == (second, third)
    go_on(quick)
    # Nobody polls here: the end of one worker begins the next.
    journal = Path(os.environ["FAKE_JOURNAL"])
    wait_for(lambda: journal.exists() and journal.read_text().count("end") == 3)
    wait_for(lambda: state_of(third, quick) == "finished")
    order = [(event, run_id) for event, run_id, _ in journal_of(quick)]
    assert order == [
        (event, run_id) for run_id in (first, second, third) for event in ("begin", "end")
    ]


def test_worker_runs_at_lower_priority_in_a_session_of_its_own(quick: Path) -> None:
    hold(quick)
    run_id = begin(quick, epochs=20)
    wait_until_trains(run_id, quick)
    parent, child = workers(quick)
    assert parent.nice() == child.nice() == NICENESS
    of_the_session = Path(f"/proc/{child.pid}/autogroup")  # where sessions share the cores first
    with contextlib.suppress(FileNotFoundError):
        assert of_the_session.read_text().split()[-1] == str(NICENESS)
    assert os.getsid(child.pid) == parent.pid != os.getsid(0)


def test_withdrawn_run_never_begins(quick: Path) -> None:
    hold(quick)
    begin(quick, epochs=4)
    waiting = begin(quick)
    jobs.withdraw(waiting, quick)
    assert state_of(waiting, quick) == "stopped"
    assert jobs.queue(quick) == ()
    with pytest.raises(RunError, match="does not wait"):
        jobs.withdraw(waiting, quick)
    go_on(quick)
    wait_for(lambda: not workers(quick))
    assert {run_id for _, run_id, _ in journal_of(quick)}.isdisjoint({waiting})


def test_stop_keeps_what_was_trained_and_begins_the_next(quick: Path) -> None:
    run_id = begin(quick, epochs=200)
    following = begin(quick, epochs=1)
    wait_until_trains(run_id, quick)
    jobs.stop(run_id, quick)
    wait_for(lambda: state_of(run_id, quick) == "stopped")
    assert 1 <= len(registry.read_run(run_id, quick).history().epochs) < 200
    wait_for(lambda: state_of(following, quick) == "finished")


def test_stopping_a_waiting_run_withdraws_it_and_an_ended_one_changes_nothing(quick: Path) -> None:
    hold(quick)
    first, waiting = begin(quick, epochs=4), begin(quick)
    jobs.stop(waiting, quick)
    assert state_of(waiting, quick) == "stopped"
    go_on(quick)
    wait_for(lambda: state_of(first, quick) == "finished")
    jobs.stop(first, quick)
    assert not registry.RunFolder(first, quick).stop_marker.exists()


@pytest.mark.parametrize(
    ("random_seed", "message"),
    [
        (fake.CRASH, "ValueError: a made-up fault"),
        (fake.EXIT, "exit code 7"),
        (fake.MEMORY, "Memory ran out"),
        (fake.FULL_DISK, "disk is full"),
        (fake.HARD_CRASH, "SIGABRT"),
    ],
)
def test_faults_end_as_failed_with_the_reason_and_the_next_job_begins(
    quick: Path, random_seed: int, message: str
) -> None:
    broken = begin(quick, random_seed=random_seed)
    following = begin(quick, epochs=1)
    wait_for(lambda: state_of(following, quick) == "finished")
    run = registry.read_run(broken, quick)
    assert run.state == "failed"
    assert message in run.status.message
    assert run.status.hint
    assert f"run={broken}" in run.log_tail()


def test_kill_of_the_training_process_is_reported_and_the_next_begins(quick: Path) -> None:
    run_id, following = begin(quick, epochs=200), begin(quick, epochs=1)
    wait_until_trains(run_id, quick)
    _, child = workers(quick)
    child.kill()
    wait_for(lambda: state_of(run_id, quick) == "failed")
    assert "SIGKILL" in registry.read_run(run_id, quick).status.message
    wait_for(lambda: state_of(following, quick) == "finished")


def test_kill_of_the_supervisor_does_not_disturb_the_training(quick: Path) -> None:
    hold(quick)
    run_id, following = begin(quick, epochs=8), begin(quick, epochs=1)
    wait_until_trains(run_id, quick)
    workers(quick)[0].kill()
    go_on(quick)
    wait_for(lambda: state_of(following, quick) == "finished")
    assert state_of(run_id, quick) == "finished"


def test_kill_of_both_is_lost_a_poll_begins_the_next_and_it_can_be_resumed(quick: Path) -> None:
    hold(quick)
    run_id, following = begin(quick, epochs=6), begin(quick, epochs=1)
    folder = registry.RunFolder(run_id, quick)
    wait_for(lambda: len(registry.read_run(run_id, quick).history().epochs) == HELD_AT)
    os.killpg(workers(quick)[0].pid, signal.SIGKILL)
    wait_for(lambda: state_of(run_id, quick) == "lost")
    assert registry.read_run(run_id, quick).status.hint
    assert state_of(following, quick) == "queued"
    wait_for(lambda: not locks.is_held(quick / "runs" / ".slot.lock"))
    assert jobs.start_next(quick) == following
    jobs.resume(run_id, quick)
    assert state_of(run_id, quick) in ("queued", "running")
    go_on(quick)
    wait_for(lambda: state_of(run_id, quick) == "finished")
    history = registry.read_run(run_id, quick).history()
    assert [record["epoch"] for record in history.epochs] == list(range(1, 7))
    # It went on from the checkpoint and not from the start.
    resumed = [line for line in folder.history.read_text().splitlines() if '"resume"' in line]
    assert len(resumed) == 1
    assert '"epoch": 0' not in resumed[0]
    assert registry.read_run(run_id, quick).status.attempt == 2


def test_jobs_outlive_the_process_that_started_them(quick: Path) -> None:
    """As when the server is killed: the job goes on, and the one that waits begins after it."""
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from arxivtag.runs import jobs
        from tests.runs.conftest import fake_config
        for epochs in (4, 1):
            print(jobs.start(fake_config(epochs), Path(sys.argv[1])), flush=True)
        time.sleep(600)
        """
    )
    environment = {**os.environ, "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{Path.cwd()}"}
    hold(quick)
    server = subprocess.Popen(
        [sys.executable, "-c", script, str(quick)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    assert server.stdout is not None
    with server.stdout as lines:
        first, second = (lines.readline().strip() for _ in range(2))
    wait_until_trains(first, quick)
    server.kill()
    server.wait()
    go_on(quick)
    wait_for(lambda: state_of(second, quick) == "finished")
    assert state_of(first, quick) == "finished"


def test_starts_at_the_same_instant_train_one_after_the_other(quick: Path) -> None:
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from arxivtag.runs import jobs
        from tests.runs.conftest import fake_config
        time.sleep(max(0, float(sys.argv[2]) - time.time()))
        print(jobs.start(fake_config(1), Path(sys.argv[1])))
        """
    )
    environment = {**os.environ, "PYTHONPATH": f"{os.environ['PYTHONPATH']}:{Path.cwd()}"}
    words = [sys.executable, "-c", script, str(quick), str(time.time() + 2.0)]
    starters = [
        subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    started = {starter.communicate()[0].strip() for starter in starters}
    assert started == {run.run_id for run in registry.list_runs(quick)}
    assert len(started) == 4
    wait_for(lambda: all(run.state == "finished" for run in registry.list_runs(quick)))
    events = [event for event, _, _ in journal_of(quick)]
    assert events == ["begin", "end"] * 4


def test_start_refuses_what_cannot_be(quick: Path, tmp_path: Path) -> None:
    wrong = RunConfig(random_seed=-1)
    refused(jobs.start, wrong, quick)
    # A file where the runs folder should be: as refused a write as a read-only disk, for root too.
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "runs").write_text("in the way")
    outcome = refused(jobs.start, fake_config(), blocked)
    assert "runs" in outcome.message
    assert outcome.hint
    assert registry.list_runs(blocked) == ()
    jobs.start_next_on_poll(blocked)


def test_full_disk_refuses_the_start_and_loses_no_run(quick: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(small)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk needs root")
    try:
        make_run(small, "done", "finished")
        fill(small / "filler")
        outcome = refused(jobs.start, fake_config(), small)
        assert "space" in outcome.message
        assert [(run.run_id, run.state) for run in registry.list_runs(small)] == [
            ("done", "finished")
        ]
        (small / "filler").unlink()
        again = jobs.start(fake_config(1), small)
        wait_for(lambda: state_of(again, small) == "finished")
        wait_for(lambda: not workers(small))
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_read_only_disk_refuses_the_start_and_still_lists(quick: Path, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("mounting a read-only disk needs root")
    try:
        make_run(disk, "done", "finished")
        make_run(disk, "waits", "queued", queue_number=1)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        outcome = refused(jobs.start, fake_config(), disk)
        assert "Read-only" in outcome.message
        jobs.start_next_on_poll(disk)
        assert {run.run_id: run.state for run in registry.list_runs(disk)} == {
            "done": "finished",
            "waits": "queued",
        }
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_resume_is_only_for_runs_that_broke_off(quick: Path) -> None:
    make_run(quick, "done", "finished")
    outcome = refused(jobs.resume, "done", quick)
    assert "finished" in outcome.message
    refused(jobs.resume, "../../etc", quick)


def test_stopped_run_with_a_model_is_not_trained_again_by_a_resume(home: Path) -> None:
    folder = make_run(home, "kept", "stopped")
    storage.write_json(folder.bundle / "manifest.json", {})
    outcome = refused(jobs.resume, "kept", home)
    assert "model kept" in outcome.message
    assert outcome.hint
    assert state_of("kept", home) == "stopped"


def test_start_tells_that_the_process_could_not_be_started(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    outcome = refused(jobs.start, fake_config(), quick)
    assert "could not be started" in outcome.message
    (run,) = registry.list_runs(quick)
    assert run.state == "failed"
    again = refused(jobs.resume, run.run_id, quick)
    assert "could not be started" in again.message


def test_a_run_that_fails_at_once_was_started(quick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin_next = jobs._start_next_locked

    def and_wait(home: Path) -> str | None:
        begun = begin_next(home)
        assert begun
        wait_for(lambda: state_of(begun, home) == "failed")
        return begun

    monkeypatch.setattr(jobs, "_start_next_locked", and_wait)
    run_id = jobs.start(fake_config(random_seed=fake.CRASH), quick)
    jobs.resume(run_id, quick)
    assert "a made-up fault" in registry.read_run(run_id, quick).status.message
    monkeypatch.setattr(jobs, "_start_next_locked", begin_next)
    wait_for(lambda: not workers(quick))
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert "could not be started" in refused(jobs.resume, run_id, quick).message


def test_start_waits_when_the_disk_refuses_the_launch(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = jobs.write_status

    def refuse_running(path: Path, status: RunStatus) -> None:
        if status.state == "running":
            raise StorageError("Could not write it.", "Free some space.")
        write(path, status)

    monkeypatch.setattr(jobs, "write_status", refuse_running)
    run_id = jobs.start(fake_config(), home)
    assert jobs.queue(home) == (run_id,)
    assert state_of(run_id, home) == "queued"


def test_running_is_the_holder_of_the_slot_and_no_run_beside_the_queue(quick: Path) -> None:
    hold(quick)
    run_id = begin(quick, epochs=50)
    newer = make_run(quick, "zz-in-the-foreground", "running")
    held = locks.try_acquire(newer.lock)
    assert held is not None
    try:
        assert registry.list_runs(quick)[0].run_id == newer.run_id
        assert jobs.running(quick) == (run_id,)
        jobs.stop(run_id, quick)
        wait_for(lambda: not workers(quick) and not jobs.running(quick))
        # A look for work holds the slot for a moment: the file still names the last holder.
        slot = locks.try_acquire(quick / "runs" / ".slot.lock")
        assert slot is not None
        assert not jobs.running(quick)
        locks.release(slot)
    finally:
        locks.release(held)


def test_relative_path_of_data_is_kept_absolute(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "papers.csv").write_text("titles,summaries,terms\n")
    (tmp_path / "sample").write_text("a file of this name is not the sample")
    monkeypatch.chdir(tmp_path)

    def kept(data: str) -> str:
        return jobs.with_absolute_data(RunConfig(data=data)).data

    assert set(source.NAMED) == {offered.id for offered in sources.available_sources(home)}
    assert kept("papers.csv") == str(tmp_path / "papers.csv")
    assert kept("papers.csv?max_rows=5") == f"{tmp_path}/papers.csv?max_rows=5"
    for data in ("sample", "missing.csv", "upload:abc", "x" * 300, "a?" * 300):
        assert kept(data) == data
    slot = home / "runs" / ".slot.lock"
    slot.parent.mkdir(parents=True, exist_ok=True)
    held = locks.try_acquire(slot)
    assert held is not None
    run_id = jobs.start(RunConfig(data="papers.csv"), home)
    locks.release(held)
    assert jobs.queue(home) == (run_id,)
    run = registry.read_run(run_id, home)
    assert run.settings is not None
    assert run.settings.data == str(tmp_path / "papers.csv")


def test_leftovers_of_killed_writers_are_removed(quick: Path) -> None:
    first = begin(quick, epochs=200)
    wait_until_trains(first, quick)
    os.killpg(workers(quick)[0].pid, signal.SIGKILL)
    wait_for(lambda: state_of(first, quick) == "lost")
    folder = registry.RunFolder(first, quick)
    (folder.path / ".tmp-file").write_text("half")
    (folder.path / ".tmp-folder" / "in").mkdir(parents=True)
    jobs.resume(first, quick)
    wait_for(lambda: not list(folder.path.glob(".tmp-f*")))
    jobs.stop(first, quick)
    wait_for(lambda: not workers(quick))


def test_leftovers_in_the_runs_folder_go_by_age(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(home, "run-a")
    left = home / "runs" / ".tmp-x"
    (left / "in").mkdir(parents=True)
    refused(jobs.start, RunConfig(random_seed=-1), home)
    storage.sweep(home / "runs", older_than_s=60)
    assert left.exists()
    monkeypatch.setattr(jobs, "_LEFTOVER_AGE_S", 0.0)
    slot = locks.try_acquire(home / "runs" / ".slot.lock")
    assert slot is not None
    jobs.start(fake_config(), home)
    locks.release(slot)
    assert not left.exists()
    assert registry.exists("run-a", home)


def test_deleted_run_is_never_begun(quick: Path) -> None:
    hold(quick)
    begin(quick, epochs=4)
    waiting = begin(quick)
    registry.delete_run(waiting, quick)
    go_on(quick)
    wait_for(lambda: not workers(quick))
    assert not registry.exists(waiting, quick)


def test_training_run_cannot_be_deleted(quick: Path) -> None:
    hold(quick)
    run_id = begin(quick, epochs=50)
    with pytest.raises(RunError, match="Stop it first"):
        registry.delete_run(run_id, quick)
    jobs.stop(run_id, quick)
    lock = registry.RunFolder(run_id, quick).lock
    wait_for(lambda: not workers(quick) and not locks.is_held(lock))
    registry.delete_run(run_id, quick)
    assert registry.list_runs(quick) == ()


def test_queue_is_bounded(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "OWNER_QUEUE_LENGTH", 2)
    slot = home / "runs" / ".slot.lock"
    for number in (1, 2):
        make_run(home, f"waits-{number}", "queued", queue_number=number)
    held = locks.try_acquire(slot)
    assert held is not None
    outcome = refused(jobs.start, fake_config(), home)
    locks.release(held)
    assert "wait already" in outcome.message


def test_resume_asks_for_room_in_the_queue_as_start_does(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(home, "broke-off", "failed")
    for number in range(policy.OWNER_QUEUE_LENGTH):
        make_run(home, f"waits-{number}", "queued", queue_number=number)
    held = locks.try_acquire(home / "runs" / ".slot.lock")
    assert held is not None
    try:
        outcome = refused(jobs.resume, "broke-off", home)
        assert "wait already" in outcome.message
        assert state_of("broke-off", home) == "failed"
        registry.delete_run("waits-0", home)
        jobs.resume("broke-off", home)
        assert state_of("broke-off", home) == "queued"
    finally:
        locks.release(held)


def test_settings_that_are_not_valid_any_more_are_refused_on_resume(home: Path) -> None:
    wrong = RunConfig(
        model=ModelConfig(hidden_units=(8,)), training=TrainingConfig(loss="squared_hinge")
    )
    make_run(home, "old", "failed", config=wrong)
    outcome = refused(jobs.resume, "old", home)
    assert "without hidden layers" in outcome.message
    assert state_of("old", home) == "failed"


def test_a_run_whose_settings_cannot_be_read_is_not_resumed(home: Path) -> None:
    folder = make_run(home, "damaged", "failed")
    folder.config.write_text("{")
    outcome = refused(jobs.resume, "damaged", home)
    assert "corrupt" in outcome.message


def test_each_job_is_bound_by_the_role_of_who_asked_for_it(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is begun by the worker of the first, for somebody else."""
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    started = {}
    for role in (Role.VISITOR, Role.OWNER):
        with acting_as(role):
            started[role] = jobs.start(fake_config(1), quick, owner=role)
    wait_for(lambda: all(state_of(one, quick) == "finished" for one in started.values()))
    told = Path(os.environ["FAKE_JOURNAL"] + ".visitors").read_text().split()
    assert told == [started[Role.VISITOR], "1", started[Role.OWNER], "0"]


def test_visitors_are_held_to_their_limits(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    allowed = config.VisitorLimits()
    refused(jobs.start, fake_config(allowed.max_epochs + 1), home)
    for number in range(allowed.max_runs_per_visitor):
        make_run(home, f"mine-{number}", "queued", queue_number=number + 1, owner="me")
    held = locks.try_acquire(home / "runs" / ".slot.lock")
    assert held is not None
    try:
        mine = refused(jobs.start, fake_config(1), home, owner="me")
        assert "the most a visitor may" in mine.message
        assert jobs.start(fake_config(1), home, owner="you") in jobs.queue(home)
        for data in ("/etc/passwd", "arxiv-metadata", "sample?max_rows=10", "upload:a?max_rows=1"):
            error = refused(jobs.start, RunConfig(data=data), home, owner="other")
            assert "passwd" not in error.message
        search = dataclasses.replace(fake_config(1), data="arxiv-api:0123456789ab")
        assert jobs.start(search, home, owner="other") in jobs.queue(home)
    finally:
        locks.release(held)


def test_polls_of_many_sessions_look_at_the_queue_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[Path | None] = []
    monkeypatch.setattr(jobs, "start_next", looked.append)
    monkeypatch.setattr(jobs._Poll, "last_at", float("-inf"))
    monkeypatch.setattr(jobs, "POLL_INTERVAL_S", 600.0)
    for _ in range(20):
        jobs.start_next_on_poll(home)
    assert looked == [home]


def test_no_worker_is_left_as_a_zombie(quick: Path) -> None:
    run_id = begin(quick, epochs=1)
    wait_for(lambda: state_of(run_id, quick) == "finished")
    mine = psutil.Process()
    wait_for(lambda: not any(child.status() == psutil.STATUS_ZOMBIE for child in mine.children()))
