"""Runs on a cluster of this machine's own: random kills, and what a cluster costs.

    python benchmarks/cluster.py --kills 200          # short runs, workers killed at random
    python benchmarks/cluster.py --figures [DATA]     # two at once; a task beside a local start

``--kills``: a scheduler and three workers with the quick pipeline of the tests; at random moments a
worker that trains dies by ``kill -9`` and another one comes. A run under which one worker after
another died, so that it was given up, is resumed, as a person would. Nothing may be lost or stand
still.

``--figures``: two real runs at once on two workers of one core each, against the same two one after
another at home on both cores; and the seconds from the click to the pipeline's first line, on a
worker and at home, where no process waits for a run (in turn).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from arxivtag.config import CODE_FOLDER
from arxivtag.errors import RunError
from arxivtag.runs import cluster, jobs, registry
from arxivtag.runs.registry import RunSummary
from arxivtag.runs.status import FAILED, FINISHED, LOST, RUNNING
from arxivtag.settings import RunConfig, preset_settings
from tests.runs.clusters import LocalCluster, seats, wait_for_workers
from tests.runs.conftest import FAKE_FOLDER, fake_config

_PATIENCE_S = 120.0
_LEASE_S = "2"
_N_WORKERS = 3
_RUNS_PER_KILL = (2, 8)  # so many runs end between two kills
_LONGEST_PAUSE_S = 2.0  # and then so many seconds go by


@contextmanager
def started(folder: Path, n_workers: int, *, fake: bool) -> Iterator[LocalCluster]:
    """Start a cluster on which runs of this process begin from then on."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [str(FAKE_FOLDER), str(CODE_FOLDER)] if fake else [str(CODE_FOLDER)]
    environment = {"PYTHONPATH": os.pathsep.join(paths)}
    with LocalCluster(folder, n_workers, environment) as local:
        os.environ |= {"ARXIVTAG_CLUSTER": local.address, "ARXIVTAG_LEASE_S": _LEASE_S}
        try:
            wait_for_workers(local)
            yield local
        finally:
            cluster.close()
            del os.environ["ARXIVTAG_CLUSTER"]


@dataclasses.dataclass
class Tally:
    """What became of the runs: by how many deaths each survived, and what is wrong."""

    deaths: Counter[int]
    n_kills: int = 0
    n_resumed: int = 0
    problems: list[str] = dataclasses.field(default_factory=list)


def play(home: Path, folder: Path, n_runs: int, seed: int) -> Tally:
    """Train short runs while workers die at random, and count what became of them."""
    chance, tally = random.Random(seed), Tally(Counter())
    with started(folder, _N_WORKERS, fake=True) as local:
        left, patient_until = n_runs, time.monotonic() + _PATIENCE_S
        kill_after, kill_at = 0, 0.0
        states: dict[str, str] = {}
        while time.monotonic() < patient_until:
            while left and len(jobs.queue(home)) < _N_WORKERS:
                jobs.start(fake_config(chance.randint(2, 6)), home)
                left -= 1
            runs, before = registry.list_runs(home), states
            states = {run.run_id: run.state for run in runs}
            if states != before:  # something moves
                patient_until = time.monotonic() + _PATIENCE_S
            tally.problems += [
                f"{run_id} was finished and is {states.get(run_id)}"
                for run_id, state in before.items()
                if state == FINISHED != states.get(run_id)
            ]
            if not left and set(states.values()) == {FINISHED}:
                break
            if given := seats():
                n_ended = list(states.values()).count(FINISHED)
                if n_ended < kill_after:
                    kill_at = time.monotonic() + chance.uniform(0.0, _LONGEST_PAUSE_S)
                elif time.monotonic() >= kill_at and _kill_one(local, runs, chance):
                    kill_after = n_ended + chance.randint(*_RUNS_PER_KILL)
                    tally.n_kills += 1
                tally.n_resumed += sum(_resume(run, given, home) for run in runs)
            jobs.start_next_on_poll(home)
            time.sleep(0.1)
    _look(home, tally)
    return tally


def _kill_one(local: LocalCluster, runs: Sequence[RunSummary], chance: random.Random) -> bool:
    """Kill a worker that trains, if one does, and start another one."""
    at_work = [run.status.worker for run in runs if run.state == RUNNING]
    at_work = [worker for worker in at_work if worker in local.workers]  # and not killed just now
    if at_work:
        local.kill(chance.choice(at_work))
        local.fill()
    return bool(at_work)


def _resume(run: RunSummary, given: Mapping[str, Sequence[str]], home: Path) -> bool:
    """Resume a run that no task works on any more; return whether it was one."""
    if run.state not in (LOST, FAILED) or any(run.run_id in one for one in given.values()):
        return False  # or another worker is about to take it
    with suppress(RunError):  # one has just taken it
        jobs.resume(run.run_id, home)
        return True
    return False


def _look(home: Path, tally: Tally) -> None:
    for run in registry.list_runs(home):
        full = registry.read_run(run.run_id, home)
        tally.deaths[run.status.attempt - 1] += 1
        epochs = [record["epoch"] for record in full.history().epochs]
        if run.state != "finished":
            tally.problems.append(f"{run.run_id} is {run.state}: {run.status.message}")
        elif full.settings is None or epochs != list(
            range(1, (full.settings.training.epochs or 0) + 1)
        ):
            tally.problems.append(f"{run.run_id} has the epochs {epochs}")
        leases = {path.name for path in full.folder.path.glob("lease-*")}
        if leases != {f"lease-{number + 1}" for number in range(run.status.lease)}:
            tally.problems.append(f"{run.run_id} has {leases}, not {run.status.lease} leases")


def short_runs(data: str) -> list[RunConfig]:
    """Return two runs of the usual preset that differ by their seeds."""
    tuned = preset_settings("tuned")
    alone = dataclasses.replace(tuned.evaluation, linear_baseline=False)
    return [
        dataclasses.replace(tuned, data=data, random_seed=seed, evaluation=alone) for seed in (1, 2)
    ]


def seconds_of(home: Path, begin: Callable[[], object]) -> float:
    """Return the seconds from the click to the end of all runs."""
    at = time.monotonic()
    begin()
    while any(run.state in ("queued", "running") for run in registry.list_runs(home)):
        time.sleep(0.05)
    wrong = [run for run in registry.list_runs(home) if run.state != "finished"]
    assert not wrong, wrong
    return time.monotonic() - at


def two_at_once(folder: Path, data: str, rounds: int) -> dict[str, object]:
    """Return what two runs take side by side on two workers, and one after another at home."""
    home = folder / "home"

    def both() -> None:
        for settings in short_runs(data):
            jobs.start(settings, home)

    seconds_of(home, both)  # reads the data and compiles
    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        one_by_one = seconds_of(home, both)
        with started(folder / f"real-{number}", 2, fake=False):
            if not pairs:
                seconds_of(home, both)  # workers of one core compile anew
            pairs.append((seconds_of(home, both), one_by_one))
    ratios = [at_once / one_by_one for at_once, one_by_one in pairs]
    return {"seconds": pairs, "ratio": statistics.median(ratios)}


def overhead(folder: Path, rounds: int) -> dict[str, object]:
    """Return the seconds from the click to the pipeline, at home and on a worker."""
    home, journal = folder / "quick", folder / "journal.txt"
    os.environ["FAKE_JOURNAL"] = str(journal)

    def until_begun() -> float:
        at = time.monotonic()
        run_id = jobs.start(fake_config(1), home)
        while not (journal.exists() and f"end {run_id}" in journal.read_text()):
            time.sleep(0.005)
        while jobs.running(home):
            time.sleep(0.01)
        lines = [line.split() for line in journal.read_text().splitlines()]
        begun = next(float(words[2]) for words in lines if words[:2] == ["begin", run_id])
        return begun - at

    found: dict[str, list[float]] = {"here": [], "on a worker": []}
    os.environ["PYTHONPATH"] = os.pathsep.join([str(FAKE_FOLDER), str(CODE_FOLDER)])
    with started(folder / "fake", 1, fake=True) as local:
        until_begun()  # a worker imports what it needs once
        for _ in range(rounds):
            os.environ["ARXIVTAG_CLUSTER"] = local.address
            time.sleep(1)  # its last task has ended
            found["on a worker"].append(until_begun())
            os.environ["ARXIVTAG_CLUSTER"] = ""
            found["here"].append(until_begun())
        os.environ["ARXIVTAG_CLUSTER"] = local.address
    # Of a busy machine the least tells more than the median: what disturbed it least.
    least = {name: min(values) for name, values in found.items()}
    medians = {name: statistics.median(values) for name, values in found.items()}
    return {
        "least": least | {"more": least["on a worker"] - least["here"]},
        "median": medians | {"more": medians["on a worker"] - medians["here"]},
        "all": found,
    }


def main() -> None:
    """Do what was asked for and print it as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, metavar="RUNS")
    parser.add_argument("--figures", nargs="?", const="sample", metavar="DATA")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    os.environ["ARXIVTAG_STANDBY"] = "0"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        result: dict[str, object] = {}
        if arguments.kills:
            tally = play(folder / "home", folder / "kills", arguments.kills, arguments.seed)
            result["kills"] = vars(tally)
        if arguments.figures:
            result["task"] = overhead(folder, 3 * arguments.rounds)
            os.environ["PYTHONPATH"] = str(CODE_FOLDER)
            result["two"] = two_at_once(folder, arguments.figures, arguments.rounds)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
