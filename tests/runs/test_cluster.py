"""Runs on a cluster: a scheduler and workers as real processes, the same promises as at home."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from arxivtag import config
from arxivtag.config import CODE_FOLDER
from arxivtag.errors import ConfigError, RefusedError, RunError
from arxivtag.papers.schema import Layout
from arxivtag.runs import cluster, jobs, lease, registry
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.status import RunStatus
from arxivtag.tagging import many, parts
from tests.runs.clusters import LocalCluster, seats, used, wait_for_workers
from tests.runs.conftest import (
    FAKE_FOLDER,
    HELD_AT,
    fake_config,
    go_on,
    hold,
    make_run,
    refused,
    state_of,
    wait_for,
    workers,
)

pytestmark = pytest.mark.usefixtures("on_cluster")
ENDLESS = 200


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """A cluster with two workers and the quick pipeline, for the tests of a module."""
    environment = {"PYTHONPATH": f"{FAKE_FOLDER}:{CODE_FOLDER}", "FAKE_JOURNAL": ""}
    with LocalCluster(tmp_path_factory.mktemp("cluster"), 2, environment) as local:
        yield local


@pytest.fixture
def on_cluster(
    two_workers: LocalCluster, quick: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalCluster]:
    """The home folder ``quick`` with runs on a cluster, whose two workers are there and free."""
    with used(two_workers, monkeypatch) as local:
        yield local


@pytest.fixture
def silent_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who does not beat for 3 s is silent; elsewhere a slow machine has more time."""
    monkeypatch.setenv("ARXIVTAG_LEASE_S", "3")


def epochs_of(run_id: str, home: Path) -> list[int]:
    return [record["epoch"] for record in registry.read_run(run_id, home).history().epochs]


def status_of(run_id: str, home: Path) -> RunStatus:
    return registry.read_run(run_id, home).status


def held_run(home: Path, epochs: int = ENDLESS) -> str:
    """Start a run, wait until it trains, and let it go no further until :func:`go_on`."""
    hold(home)
    run_id = jobs.start(fake_config(epochs), home)
    wait_for(lambda: len(epochs_of(run_id, home)) == HELD_AT)
    return run_id


def wait_for_state(run_id: str, state: str, home: Path) -> None:
    wait_for(lambda: state_of(run_id, home) == state)


def wait_until_free() -> None:
    """Wait until no task is left on any worker."""
    wait_for(lambda: set(seats().values()) == {()})


def test_two_train_at_once_and_others_follow_in_order(quick: Path) -> None:
    first = [held_run(quick), held_run(quick)]
    later = [jobs.start(fake_config(2), quick) for _ in range(3)]
    assert set(jobs.running(quick)) == set(first)
    assert jobs.is_full(quick)
    assert jobs.queue(quick) == tuple(later)
    at = {status_of(run_id, quick).worker: (run_id,) for run_id in first}
    wait_for(lambda: seats() == at)
    jobs.withdraw(later[1], quick)
    with pytest.raises(RunError, match="Stop it first"):
        registry.delete_run(first[0], quick)
    jobs.stop(first[0], quick)
    wait_for_state(first[0], "stopped", quick)
    # Nobody polls here: the end of a task begins the next run.
    wait_for_state(later[2], "finished", quick)
    begun = [status_of(run_id, quick).started_at or "" for run_id in (later[0], later[2])]
    assert begun == sorted(begun)
    assert state_of(later[0], quick) == "finished"
    assert state_of(later[1], quick) == "stopped"
    assert status_of(later[1], quick).started_at is None
    assert state_of(first[1], quick) == "running", "the other worker's run was left alone"
    assert len(epochs_of(first[0], quick)) == HELD_AT
    jobs.stop(first[1], quick)
    wait_until_free()
    registry.delete_run(first[0], quick)


@pytest.mark.usefixtures("silent_soon")
def test_a_run_whose_worker_is_killed_goes_on_at_another(
    quick: Path, on_cluster: LocalCluster
) -> None:
    run_id = held_run(quick, epochs=8)
    before = status_of(run_id, quick)
    training = set(workers(quick))
    on_cluster.kill(before.worker)
    wait_for(lambda: not training & set(workers(quick)))
    go_on(quick)
    wait_for_state(run_id, "finished", quick)
    after = status_of(run_id, quick)
    assert after.worker != before.worker
    assert (after.attempt, after.moves, after.lease) == (2, 1, before.lease + 1)
    assert epochs_of(run_id, quick) == list(range(1, 9))
    history = RunFolder(run_id, quick).history.read_text().splitlines()
    (resumed,) = [line for line in history if '"resume"' in line]
    assert '"epoch": 0' not in resumed, "it went on from the checkpoint, not from the start"


def test_a_run_whose_training_process_is_killed_fails_as_at_home(quick: Path) -> None:
    run_id = held_run(quick)
    workers(quick)[-1].kill()
    wait_for_state(run_id, "failed", quick)
    assert "SIGKILL" in status_of(run_id, quick).message
    wait_until_free()


@pytest.mark.usefixtures("silent_soon")
def test_without_its_scheduler_a_run_is_lost_and_can_be_resumed(
    quick: Path, on_cluster: LocalCluster
) -> None:
    run_id = held_run(quick, epochs=8)
    on_cluster.scheduler.kill()
    on_cluster.scheduler.wait()
    wait_for_state(run_id, "lost", quick)
    assert registry.read_run(run_id, quick).status.hint
    wait_for(lambda: not workers(quick))
    outcome = refused(jobs.start, fake_config(1), quick)
    assert "does not answer" in outcome.message
    assert len(registry.list_runs(quick)) == 1
    for name in on_cluster.workers:
        on_cluster.kill(name)
    on_cluster.fill()
    wait_for_workers(on_cluster)
    go_on(quick)
    jobs.resume(run_id, quick)
    wait_for_state(run_id, "finished", quick)
    assert epochs_of(run_id, quick) == list(range(1, 9))
    assert status_of(run_id, quick).attempt == 2


def test_a_worker_of_another_version_is_told_in_one_sentence(
    quick: Path, on_cluster: LocalCluster
) -> None:
    with on_cluster.one_more({"FAKE_VERSION": "0.0.1"}) as name:
        outcome = refused(jobs.start, fake_config(1), quick)
        assert outcome.message.startswith(f"The worker {name} has arxivtag 0.0.1, and the app ")
        assert registry.list_runs(quick) == ()
        # One that comes later is found out by the task itself.
        for other in on_cluster.workers.keys() - {name}:
            on_cluster.kill(other)
        make_run(quick, "run-a", "queued", fake_config(1), queue_number=1)
        wait_for(lambda: seats().keys() == {name})
        jobs.start_next(quick)
        wait_for_state("run-a", "failed", quick)
        assert "has arxivtag 0.0.1" in status_of("run-a", quick).message


def test_a_worker_that_may_not_write_is_told_in_one_sentence(
    quick: Path, on_cluster: LocalCluster
) -> None:
    make_run(quick, "done", "finished")
    script = f'mount --bind {quick} {quick} && mount -o remount,ro,bind {quick} && exec "$@"'
    apart = ["unshare", "--mount", "sh", "-c", script, "sh"]
    if subprocess.run([*apart, "true"], capture_output=True).returncode != 0:
        pytest.skip("a read-only view of a folder needs root")
    with on_cluster.one_more(before=apart) as name:
        outcome = refused(jobs.start, fake_config(1), quick)
        assert outcome.message == f"The worker {name} may not write into the home folder {quick}."
        assert [run.run_id for run in registry.list_runs(quick)] == ["done"]


def test_a_home_that_is_read_only_here_refuses_the_start(quick: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "runs").write_text("in the way")
    refused(jobs.start, fake_config(), blocked)
    jobs.start_next_on_poll(blocked)


def test_a_worker_that_dies_while_it_is_looked_at_refuses_nothing(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = SimpleNamespace(
        scheduler=SimpleNamespace(identity=None),
        sync=lambda *_, **__: {"workers": {"tcp://a": {"name": "a"}}},
        run=lambda *_, **__: {"tcp://a": OSError("it has gone")},
    )
    monkeypatch.setattr(cluster, "_asking", lambda: contextlib.nullcontext(dying))
    cluster.check(quick)
    assert "tcp://a" not in cluster._Connection.known


def test_a_run_that_was_killed_too_often_is_given_up(quick: Path) -> None:
    status = RunStatus("running", worker="gone", lease=1, moves=cluster.MAX_MOVES, attempt=4)
    begun = cluster._begun(status, "worker-9", 2, "")
    assert begun.state == "failed"
    assert "3 times" in begun.message
    assert cluster._begun(dataclasses.replace(status, moves=0), "w", 2, "").state == "running"


def test_a_task_of_before_a_resume_takes_nothing(quick: Path) -> None:
    # It was resumed once, and went to another worker once since.
    folder = make_run(quick, "run-a", "queued", attempt=3, moves=1)
    assert cluster._taken(folder, 1, "worker-9", "") is None
    begun = cluster._taken(folder, 2, "worker-9", "")
    assert begun is not None
    assert (begun.worker, begun.lease, begun.attempt) == ("worker-9", 1, 3)


def test_a_lease_is_taken_by_one_alone(quick: Path) -> None:
    folder = make_run(quick, "run-a", "running")
    assert lease.number(folder) == 0
    assert [lease.take(folder, 0), lease.take(folder, 0)] == [True, False]
    assert lease.take(folder, 1)
    assert lease.number(folder) == 2
    assert [lease.is_held(folder, n) for n in (0, 1, 2)] == [True, False, True]


@pytest.mark.usefixtures("silent_soon")
def test_silence_is_told_by_the_watch_of_who_looks(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr(lease.time, "monotonic", lambda: now)
    folder = make_run(quick, "run-a", "running")
    status = RunStatus("running", lease=1, heartbeat_at="2099-01-01T00:00:00+00:00")
    assert not lease.is_silent(folder, status)
    now += 2.9
    assert not lease.is_silent(folder, status)
    now += 0.2
    assert lease.is_silent(folder, status)
    assert not lease.is_silent(folder, status, leases=2)
    beat = dataclasses.replace(status, heartbeat_at="1999-01-01T00:00:00+00:00")
    assert not lease.is_silent(folder, beat), "it changed; what it says does not matter"
    other = make_run(quick, "run-b", "running")
    assert lease.is_silent(other, beat), "one that looks for the first time goes by the clock"


@pytest.mark.usefixtures("silent_soon")
def test_a_worker_that_was_only_slow_ends_itself(quick: Path) -> None:
    run_id = held_run(quick)
    child, held = workers(quick)[-1], status_of(run_id, quick).lease
    os.kill(child.pid, signal.SIGSTOP)
    wait_for_state(run_id, "lost", quick)
    jobs.resume(run_id, quick)
    os.kill(child.pid, signal.SIGCONT)
    wait_for(lambda: child not in workers(quick))
    wait_for_state(run_id, "running", quick)
    assert status_of(run_id, quick).lease > held
    jobs.stop(run_id, quick)
    wait_for_state(run_id, "stopped", quick)
    wait_until_free()


def test_workers_tag_a_file_as_threads_do(quick: Path, tmp_path: Path) -> None:
    written = []
    wanted = many.Wanted(parts.model_at(config.PRETRAINED_PATH), Layout({}))
    for pool in (parts.local_pool(None), cluster.pool()):
        with pool as those_who_tag:
            out = tmp_path / f"{len(written)}.csv"
            many.tag_file("sample", out, wanted, those_who_tag, quick, lambda *_: None)
            written.append(out.read_bytes())
    assert written[0] == written[1]


def test_without_the_extra_one_sentence_says_what_to_install(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match="not installed"):
        jobs.start(fake_config(1), quick)
    monkeypatch.delenv("ARXIVTAG_CLUSTER")
    run_id = jobs.start(fake_config(1), quick)
    wait_for_state(run_id, "finished", quick)


def test_a_scheduler_that_is_not_there_is_told_and_the_queue_stays(
    quick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.close()
    monkeypatch.setenv("ARXIVTAG_CLUSTER", "tcp://127.0.0.1:9")
    monkeypatch.setattr(cluster, "_ANSWER_S", 0.5)
    make_run(quick, "run-a", "queued", fake_config(1), queue_number=1)
    with pytest.raises(RefusedError, match="does not answer"):
        jobs.start(fake_config(1), quick)
    jobs.start_next_on_poll(quick)
    assert jobs.queue(quick) == ("run-a",)
    jobs.withdraw("run-a", quick)
    assert state_of("run-a", quick) == "stopped"
