"""The simulation of the queue, by hand and against the formulas of queueing theory."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from benchmarks.queueing import forecast, moments, waits_of


def test_waits_by_hand() -> None:
    arrivals, lengths = [0.0, 1.0, 2.0, 3.0, 20.0], [5.0, 5.0, 1.0, 1.0, 1.0]
    assert waits_of(arrivals, lengths, 1) == [0, 4, 8, 8, 0]
    assert waits_of(arrivals, lengths, 2) == [0, 0, 3, 3, 0]
    assert waits_of(arrivals, lengths, 4) == [0, 0, 0, 0, 0]


@pytest.mark.parametrize(("n_seats", "load"), [(1, 0.5), (1, 0.8), (2, 0.7), (4, 0.8)])
def test_random_runs_wait_as_erlang_says(n_seats: int, load: float) -> None:
    """M/M/c: the mean wait is C / (c - a) mean lengths, with Erlang's formula for C."""
    chance = random.Random(7)
    arrivals = moments(200_000, load * n_seats, chance)
    lengths = [chance.expovariate(1.0) for _ in arrivals]
    offered = load * n_seats
    below = sum(offered**k / math.factorial(k) for k in range(n_seats))
    full = offered**n_seats / math.factorial(n_seats) / (1 - load)
    expected = full / (below + full) / (n_seats - offered)
    assert statistics.mean(waits_of(arrivals, lengths, n_seats)) == pytest.approx(expected, rel=0.1)


def test_more_seats_wait_less() -> None:
    one, two = forecast(60, 30, 1), forecast(60, 30, 2)
    assert (one.load, two.load) == (0.5, 0.25)
    assert 0 <= two.mean_wait_s < one.mean_wait_s < one.wait_95_s
