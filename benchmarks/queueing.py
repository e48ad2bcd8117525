"""How long people wait for a run: a simulation of the queue, and a check against this machine.

    python benchmarks/queueing.py                       # a class, a lab: waits by seats
    python benchmarks/queueing.py --measure --runs 20   # the same arrivals, simulated and real

People click at random moments (a Poisson process), runs take what they take, and whoever came
first begins first on the next free seat: a slot of this machine or of a worker. ``--measure``
starts real jobs with the quick pipeline of the tests at such moments, with two slots, and sets
their waits beside those that the simulation gives for the same moments: as foreseen, from the
lengths that runs should have and what one on two busy slots was measured to cost beyond them; and
afterwards, from the lengths that they had, which a machine busy with other work does not disturb.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from arxivtag.config import CODE_FOLDER
from arxivtag.runs import jobs
from tests.runs.conftest import FAKE_FOLDER, fake_config, state_of, wait_for
from tests.runs.fake.sitecustomize import SECONDS_PER_EPOCH

N_SIMULATED = 20_000


def waits_of(arrivals: Sequence[float], lengths: Sequence[float], n_seats: int) -> list[float]:
    """Return how long each run waits: first come, first served, on the first free seat.

    Args:
        arrivals: When each run is started, in seconds, in order.
        lengths: How long each holds its seat, in seconds.
        n_seats: How many train at once.
    """
    free_at = [0.0] * n_seats
    waits = []
    for arrival, length in zip(arrivals, lengths, strict=True):
        begun = max(arrival, heapq.heappop(free_at))
        waits.append(begun - arrival)
        heapq.heappush(free_at, begun + length)
    return waits


def moments(n: int, per_s: float, chance: random.Random) -> list[float]:
    """Return ``n`` random moments, ``per_s`` of them a second."""
    at, found = 0.0, []
    for _ in range(n):
        at += chance.expovariate(per_s)
        found.append(at)
    return found


@dataclass(frozen=True)
class Forecast:
    """What people meet: the share of the time that seats are taken, and waits in seconds."""

    runs_per_hour: float
    n_seats: int
    load: float
    mean_wait_s: float
    wait_95_s: float


def forecast(runs_per_hour: float, length_s: float, n_seats: int, seed: int = 1) -> Forecast:
    """Simulate many hours; the lengths of runs lie between half and one and a half of the mean."""
    chance = random.Random(seed)
    arrivals = moments(N_SIMULATED, runs_per_hour / 3600, chance)
    lengths = [length_s * chance.uniform(0.5, 1.5) for _ in arrivals]
    waits = sorted(waits_of(arrivals, lengths, n_seats))
    load = runs_per_hour / 3600 * length_s / n_seats
    return Forecast(
        runs_per_hour, n_seats, load, statistics.mean(waits), waits[int(0.95 * len(waits))]
    )


def measure(n_runs: int, home: Path, seed: int = 1) -> dict[str, object]:
    """Start real jobs at random moments on two slots; return their waits and those simulated."""
    chance = random.Random(seed)
    startup_s, (beyond_s, turn_s) = _startup(home), _turns(home)
    epochs = [chance.randint(4, 24) for _ in range(n_runs)]
    lengths = [n * SECONDS_PER_EPOCH + beyond_s for n in epochs]
    # Four fifths of what two slots can do.
    arrivals = moments(n_runs, 0.8 * 2 / statistics.mean(lengths), chance)
    started_at, begin, ids = [], time.monotonic(), []
    for at, n in zip(arrivals, epochs, strict=True):
        time.sleep(max(0.0, begin + at - time.monotonic()))
        started_at.append(time.monotonic())
        ids.append(jobs.start(fake_config(n), home))
    begun, ended = _times(ids, home)
    real = [max(0.0, then - at - startup_s) for then, at in zip(begun, started_at, strict=True)]
    lasted = [end - begin + turn_s for begin, end in zip(begun, ended, strict=True)]
    foreseen, afterwards = (waits_of(started_at, each, 2) for each in (lengths, lasted))
    return {
        "runs": n_runs,
        "load_of_the_machine": os.getloadavg(),
        "startup_s": startup_s,
        "beyond_s": beyond_s,
        "turn_s": turn_s,
        "mean_wait_s": statistics.mean(real),
        "mean_wait_foreseen_s": statistics.mean(foreseen),
        "mean_wait_afterwards_s": statistics.mean(afterwards),
        "waits_s": real,
        "foreseen_s": foreseen,
        "afterwards_s": afterwards,
    }


def _startup(home: Path) -> float:
    """Return the seconds from a start to the pipeline's first line when nothing waits."""
    found = []
    for _ in range(3):
        at = time.monotonic()
        (begun,), _ = _times([jobs.start(fake_config(1), home)], home)
        found.append(begun - at)
    return statistics.median(found)


def _turns(home: Path) -> tuple[float, float]:
    """Return the seconds from a begin to the next but for the epochs, and from an end to it."""
    begun, ended = _times([jobs.start(fake_config(4), home) for _ in range(10)], home)
    turns = [later - earlier for earlier, later in zip(begun, begun[2:], strict=False)]
    # Of two at once, whichever ends first makes room for the third.
    gaps = [later - end for end, later in zip(sorted(ended), begun[2:], strict=False)]
    return statistics.mean(turns) - 4 * SECONDS_PER_EPOCH, statistics.mean(gaps)


def _times(run_ids: Sequence[str], home: Path) -> tuple[list[float], list[float]]:
    """Wait until runs have finished, and return when the pipeline of each began and ended."""
    wait_for(lambda: all(state_of(one, home) == "finished" for one in run_ids))
    lines = [line.split() for line in Path(os.environ["FAKE_JOURNAL"]).read_text().splitlines()]
    at = {(event, run_id): float(at) for event, run_id, at in lines}
    begun, ended = ([at[event, run_id] for run_id in run_ids] for event in ("begin", "end"))
    return begun, ended


def main() -> None:
    """Print the waits of some groups of people, or the check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--length-s", type=float, default=30.0, help="mean length of a run")
    parser.add_argument("--measure", action="store_true")
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    if not arguments.measure:
        for per_hour in (30, 60, 100, 200, 400):
            for n_seats in (1, 2, 4, 8):
                if per_hour / 3600 * arguments.length_s < n_seats:
                    print(json.dumps(asdict(forecast(per_hour, arguments.length_s, n_seats))))
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        os.environ |= {
            "ARXIVTAG_JOBS": "2",
            "ARXIVTAG_STANDBY": "0",
            "FAKE_JOURNAL": f"{name}/journal.txt",
            "PYTHONPATH": os.pathsep.join([str(FAKE_FOLDER), str(CODE_FOLDER)]),
        }
        print(json.dumps(measure(arguments.runs, Path(name) / "home"), indent=1))


if __name__ == "__main__":
    main()
