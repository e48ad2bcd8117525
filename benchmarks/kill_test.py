"""Kills workers and servers at random moments and counts what was lost.

Each round starts a job (and sometimes a second one that waits), kills something with
``kill -9`` at a random moment (the training process, its supervisor, both, the process
that started the job, or a server of the app whose pages are being opened), then asks: does
every run that was finished before still open, has the killed one an honest state, does the
next job begin and finish, and do the pages of a new server open?

    python benchmarks/kill_test.py --rounds 200            # quick pipeline, minutes
    python benchmarks/kill_test.py --rounds 10 --real      # the real one on the sample
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from arxivtag import config
from arxivtag.fields import to_dict
from arxivtag.runs import jobs, registry
from arxivtag.settings import RunConfig, preset_settings
from benchmarks.sessions import open_every_page
from tests.browser.conftest import start_server
from tests.runs.conftest import FAKE_FOLDER, fake_config, workers

PROJECT_FOLDER = config.PROJECT_FOLDER
TARGETS = ("child", "supervisor", "both", "starter", "server")
STARTER = """
import json, sys, time
from pathlib import Path
from arxivtag.fields import from_dict
from arxivtag.runs import jobs
from arxivtag.settings import RunConfig
run = from_dict(RunConfig, json.loads(sys.argv[2]))
print(jobs.start(run, Path(sys.argv[1])), flush=True)
time.sleep(600)
"""


def run_config(real: bool, epochs: int) -> RunConfig:
    """A short run of either pipeline."""
    if not real:
        return fake_config(epochs)
    linear = preset_settings("linear")
    return dataclasses.replace(
        linear,
        training=dataclasses.replace(linear.training, epochs=2),
        evaluation=dataclasses.replace(linear.evaluation, linear_baseline=False),
    )


def start_in_process(run: RunConfig, home: Path) -> tuple[str, subprocess.Popen[str]]:
    """Start a job from a process of its own, as a server would."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home), json.dumps(to_dict(run))],
        stdout=subprocess.PIPE, text=True, cwd=PROJECT_FOLDER,
    )  # fmt: skip
    assert process.stdout is not None
    return process.stdout.readline().strip(), process


def kill(target: str, home: Path, starter: subprocess.Popen[str]) -> None:
    """``kill -9`` what ``target`` names, if it is there."""
    found = workers(home)
    with contextlib.suppress(psutil.Error, IndexError, ProcessLookupError):
        if target == "starter":
            starter.kill()
        elif target == "both":
            os.killpg(found[0].pid, signal.SIGKILL)
        else:
            (found[0] if target == "supervisor" else found[-1]).kill()


def kill_server(home: Path, run_id: str, after_s: float) -> None:
    """Start a server, open its pages, and ``kill -9`` it meanwhile."""
    server = start_server(home, home / "logs")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(open_every_page, server.url, run_id)  # what breaks off here is no fault
        time.sleep(after_s)
        server.kill()


def wait_until_over(home: Path, timeout_s: float) -> bool:
    """Poll as a page would until no run waits or trains."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        jobs.start_next(home)
        if all(run.state not in ("queued", "running") for run in registry.list_runs(home)):
            return True
        time.sleep(0.05)
    return False


@dataclass
class Tally:
    """What became of the runs."""

    endings: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    finished: set[str] = field(default_factory=set)


def play(
    home: Path,
    rounds: int,
    *,
    seed: int = 1,
    real: bool = False,
    kept: Collection[str] = (),
) -> Tally:
    """Play the rounds under ``home``; runs in ``kept`` are finished already and stay."""
    chance = random.Random(seed)
    longest_s = 12.0 if real else 0.9
    tally = Tally(finished=set(kept))
    for number in range(rounds):
        target = chance.choice(TARGETS)
        run = run_config(real, epochs=3)
        run_id, starter = start_in_process(run, home)
        if chance.random() < 0.3:
            jobs.start(run_config(real, epochs=1), home)
        if target == "server":
            kill_server(home, run_id, chance.uniform(0, 2.0))
        else:
            time.sleep(chance.uniform(0, longest_s))
            kill(target, home, starter)
        if not wait_until_over(home, timeout_s=120):
            tally.problems.append(f"round {number} ({target}): the queue stands still")
        starter.kill()
        starter.communicate()
        if target == "server":
            server = start_server(home, home / "logs")
            tally.problems += [
                f"round {number}: {error}" for error in open_every_page(server.url, run_id)
            ]
            server.stop()
        _look(tally, number, target, run_id, home)
        _keep_small(tally, kept, home)
    return tally


def _look(tally: Tally, number: int, target: str, run_id: str, home: Path) -> None:
    """Note how the round's run ended and whether anything was lost."""
    states = {item.run_id: item.state for item in registry.list_runs(home)}
    tally.endings[f"{target}: {states.get(run_id)}"] += 1
    if target in ("starter", "server") and states.get(run_id) != "finished":
        tally.problems.append(f"round {number}: lost with its {target}: {run_id}")
    tally.problems += [
        f"round {number}: {item} was finished and is {states.get(item)}"
        for item in sorted(tally.finished)
        if states.get(item) != "finished"
    ]
    tally.problems += [
        f"round {number}: {item} is corrupt" for item, s in states.items() if s == "corrupt"
    ]
    tally.finished |= {item for item, s in states.items() if s == "finished"}


def _keep_small(tally: Tally, kept: Collection[str], home: Path) -> None:
    """Delete the oldest runs of a folder that has grown large."""
    ids = sorted(run.run_id for run in registry.list_runs(home) if run.run_id not in kept)
    if len(ids) > 40:
        for run_id in ids[:20]:
            registry.delete_run(run_id, home)
            tally.finished.discard(run_id)


def main() -> None:
    """Run the rounds and print what became of each run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not arguments.real:
        os.environ["PYTHONPATH"] = f"{FAKE_FOLDER}{os.pathsep}{PROJECT_FOLDER}"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        tally = play(home, arguments.rounds, seed=arguments.seed, real=arguments.real)
        if arguments.real:
            from arxivtag.tagging.loading import load_bundle

            for item in tally.finished:
                load_bundle(registry.resolve_model(item, home))
    result = {"rounds": arguments.rounds, "endings": tally.endings, "problems": tally.problems}
    print(json.dumps(result, indent=1))
    sys.exit(bool(tally.problems))


if __name__ == "__main__":
    main()
