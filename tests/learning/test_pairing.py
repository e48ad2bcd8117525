"""Paired differences: by hand, against the figures themselves, and where papers are few."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score

from arxivtag.learning.measuring import Resampling
from arxivtag.learning.pairing import Difference, Judged, differences, judge
from arxivtag.learning.predictions import Scored
from arxivtag.learning.thresholds import Thresholds

HALF = Thresholds("global", np.full(3, 0.5, np.float32))
NAMES = ("a", "b", "c")


def judged(seed: int, papers: np.ndarray, skill: float, n_labels: int = 3) -> Judged:
    """A model that is right on a share of decisions; a paper's number tells its labels."""
    truth = np.stack([np.random.default_rng(int(paper)).random(n_labels) < 0.4 for paper in papers])
    is_right = np.random.default_rng(seed).random(truth.shape) < skill
    given = np.where(is_right, truth, ~truth)
    y_prob = np.where(given, 0.9, 0.1).astype(np.float32)
    lists = [[NAMES[place] for place in np.flatnonzero(row)] for row in truth]
    return judge(Scored(truth, y_prob, np.ones(len(truth), bool)), NAMES, lists, HALF, papers)


def test_labels_that_a_model_never_saw_are_missed() -> None:
    y_true = np.array([[True, False], [False, True]])
    y_prob = np.array([[0.9, 0.1], [0.1, 0.9]], np.float32)
    chosen = Thresholds("global", np.full(2, 0.5, np.float32))
    scored = Scored(y_true, y_prob, np.ones(2, bool))
    one = judge(scored, ("a", "b"), [["a", "z"], ["b"]], chosen, np.array([4, 7]))
    # Two labels given and right, one of three missed: precision 1, recall 2/3.
    assert one.figures()["micro_f1"] == pytest.approx(0.8)
    assert one.figures()["macro_f1"] == pytest.approx(2 / 3)


def test_a_difference_is_that_of_the_figures_on_the_papers_both_have() -> None:
    one = judged(1, np.arange(0, 80), 0.9)
    other = judged(2, np.arange(119, 19, -1), 0.7)  # in another order, 60 of them in common
    found = differences([(one, other)], Resampling(400, 3))
    common = np.arange(20, 80)
    scores = [
        f1_score(side.on(common).parts.y_true, side.on(common).parts.y_pred, average="micro")
        for side in (one, other)
    ]
    assert (one.on(common).parts.y_true == other.on(common).parts.y_true).all()
    lead = found["micro_f1"]
    assert lead.value == pytest.approx(scores[0] - scores[1])
    assert 0 < lead.low < lead.value < lead.high
    assert lead.is_clear


def test_a_paired_interval_is_narrower_than_one_of_unrelated_papers() -> None:
    papers = np.arange(200)
    one = judged(1, papers, 0.8)
    twin = Judged(one.papers, one.parts)
    same = differences([(one, twin)])
    assert all(lead == Difference(0.0, 0.0, 0.0) for lead in same.values())
    assert not same["micro_f1"].is_clear


def test_several_seeds_give_the_mean_of_their_differences() -> None:
    pairs = [
        (judged(seed, papers, 0.9), judged(seed + 50, papers, 0.8))
        for seed, papers in enumerate([np.arange(100), np.arange(60, 160)])
    ]
    single = [differences([pair])["lrap"].value for pair in pairs]
    both = differences(pairs)["lrap"]
    assert both.value == pytest.approx(np.mean(single))
    assert both.low < both.value < both.high


def test_without_papers_in_common_there_is_no_difference() -> None:
    one, other = judged(1, np.arange(5), 0.9), judged(1, np.arange(10, 15), 0.9)
    assert differences([(one, other)]) == {}
    assert differences([]) == {}
