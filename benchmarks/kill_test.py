"""Kills workers and servers at random moments and counts what was lost.

Each round starts a job (and sometimes a second one that waits), kills something with
``kill -9`` at a random moment (the training process, its supervisor, both, or the process
that started the job), then asks: does every run that was finished before still open, has
the killed one an honest state, and does the next job begin and finish?

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
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from arxivtag import config
from arxivtag.runs import jobs, registry
from tests.runs.conftest import FAKE_FOLDER, fake_config, workers

PROJECT_FOLDER = config.PROJECT_FOLDER
TARGETS = ("child", "supervisor", "both", "starter")
STARTER = """
import dataclasses, sys, time
from pathlib import Path
from arxivtag import config
from arxivtag.runs import jobs
run = config.from_dict(config.RunConfig, __import__("json").loads(sys.argv[2]))
print(jobs.start(run, Path(sys.argv[1])).run_id, flush=True)
time.sleep(600)
"""


def run_config(real: bool, epochs: int) -> config.RunConfig:
    """A short run of either pipeline."""
    if not real:
        return fake_config(epochs)
    preset = config.preset("linear")
    return dataclasses.replace(
        preset,
        training=dataclasses.replace(preset.training, epochs=2),
        evaluation=dataclasses.replace(preset.evaluation, linear_baseline=False),
    )


def start_in_process(run: config.RunConfig, home: Path) -> tuple[str, subprocess.Popen[str]]:
    """Start a job from a process of its own, as a server would."""
    process = subprocess.Popen(
        [sys.executable, "-c", STARTER, str(home), json.dumps(config.to_dict(run))],
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


def wait_until_over(home: Path, timeout_s: float) -> bool:
    """Poll as a page would until no run waits or trains."""
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        jobs.kick(home)
        if all(run.state not in ("queued", "running") for run in registry.list_runs(home)):
            return True
        time.sleep(0.05)
    return False


def main() -> None:
    """Run the rounds and print what became of each run."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    longest_s = 12.0 if arguments.real else 0.9
    if not arguments.real:
        os.environ["PYTHONPATH"] = f"{FAKE_FOLDER}{os.pathsep}{PROJECT_FOLDER}"
    endings: Counter[str] = Counter()
    problems: list[str] = []
    finished: set[str] = set()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for number in range(arguments.rounds):
            target = chance.choice(TARGETS)
            run = run_config(arguments.real, epochs=3)
            run_id, starter = start_in_process(run, home)
            if chance.random() < 0.3:
                jobs.start(run_config(arguments.real, epochs=1), home)
            time.sleep(chance.uniform(0, longest_s))
            kill(target, home, starter)
            if not wait_until_over(home, timeout_s=120):
                problems.append(f"round {number} ({target}): the queue stands still")
            starter.kill()
            starter.wait()
            state = registry.read_run(run_id, home).state
            endings[f"{target}: {state}"] += 1
            if target == "starter" and state != "finished":
                problems.append(f"round {number}: lost with its starter: {run_id} {state}")
            states = {item.run_id: item.state for item in registry.list_runs(home)}
            problems += [
                f"round {number}: {item} was finished and is {states.get(item)}"
                for item in finished
                if states.get(item) != "finished"
            ]
            problems += [
                f"round {number}: {i} is corrupt" for i, s in states.items() if s == "corrupt"
            ]
            finished |= {item for item, s in states.items() if s == "finished"}
            if len(states) > 40:  # keep the folder small
                for item in sorted(states)[:20]:
                    registry.delete_run(item, home)
                    finished.discard(item)
        if arguments.real:
            from arxivtag.tagging.bundle import load_bundle

            for item in finished:
                load_bundle(registry.bundle_folder(item, home))
    print(
        json.dumps({"rounds": arguments.rounds, "endings": endings, "problems": problems}, indent=1)
    )
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
