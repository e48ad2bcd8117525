"""``kill -9`` at random moments: some rounds here, hundreds with ``make test-slow``."""

from __future__ import annotations

from pathlib import Path

import pytest

from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.tagger import tag
from arxivtag.ui.predict.examples import EXAMPLES
from benchmarks import cluster
from benchmarks.kill_test import Tally, play
from tests.ui.demo_run import LABELS, make_demo_run


def check(home: Path, rounds: int, seed: int) -> Tally:
    """Play rounds in a home that holds a finished run with a model, and check what is left."""
    kept = make_demo_run(home)
    tally = play(home, rounds, seed=seed, kept={kept})
    assert tally.problems == []
    assert sum(tally.endings.values()) == rounds
    bundle = load_bundle(home / "runs" / kept / "bundle")
    for example, label in zip(EXAMPLES, LABELS, strict=True):
        assert tag(bundle, [example.abstract])[0][0].label == label
    return tally


def test_ten_kills_lose_nothing(quick: Path) -> None:
    check(quick, 10, seed=7)


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing(quick: Path) -> None:
    tally = check(quick, 200, seed=1)
    assert {name.split(":")[0] for name in tally.endings} == {
        "child", "supervisor", "both", "starter", "server",
    }  # fmt: skip


@pytest.mark.parametrize("n_runs", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_runs_survive_the_deaths_of_workers(quick: Path, tmp_path: Path, n_runs: int) -> None:
    """Workers of a cluster die while short runs train: each ends, and no epoch is lost."""
    tally = cluster.play(quick, tmp_path / "cluster", n_runs, seed=3)
    assert tally.problems == []
    assert sum(tally.deaths.values()) == n_runs
    assert tally.n_kills > 0
