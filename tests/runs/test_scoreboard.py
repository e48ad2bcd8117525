"""The scoreboard: means and spreads over seeds, paired leads, and which model it advises."""

from __future__ import annotations

import dataclasses
import json
import statistics
from pathlib import Path

import pytest

from arxivtag import storage
from arxivtag.runs.scoreboard import (
    board_as_dict,
    board_text,
    model_names,
    scoreboard,
)
from tests.runs.conftest import make_run
from tests.runs.made_models import make_model, settings_of


def test_runs_that_differ_in_the_seed_alone_are_one_model(home: Path) -> None:
    for seed in (1, 2, 3):
        make_model(home, f"t{seed}", settings_of(random_seed=seed), 0.9, train_seconds=10 * seed)
        make_model(home, f"l{seed}", settings_of("linear", random_seed=seed), 0.7)
    board = scoreboard(("l1", "l2", "l3", "t1", "t2", "t3"), home)
    tuned, linear = board.lines
    assert (tuned.name, tuned.run_ids, tuned.seeds) == ("tuned", ("t1", "t2", "t3"), (1, 2, 3))
    assert tuned.train_seconds == 20
    alone = [scoreboard((run_id,), home).lines[0].figures["lrap"].mean for run_id in tuned.run_ids]
    spread = tuned.figures["lrap"]
    assert (spread.mean, spread.std) == pytest.approx(
        (statistics.mean(alone), statistics.stdev(alone))
    )
    assert (spread.low, spread.high) == (min(alone), max(alone))
    lead = linear.lead_of_best["micro_f1"]
    gap = tuned.figures["micro_f1"].mean - linear.figures["micro_f1"].mean
    assert lead.value == pytest.approx(gap)
    assert 0 < lead.low < gap < lead.high
    assert not tuned.lead_of_best
    assert board.ceiling == pytest.approx((0.8, 0.9))


def test_a_clear_best_is_taken(home: Path) -> None:
    make_model(home, "good", settings_of(), 0.95, train_seconds=100)
    make_model(home, "bad", settings_of("linear"), 0.7, train_seconds=1)
    board = scoreboard(("good", "bad"), home)
    assert board.advice.startswith("Take tuned: its micro-F1 is 0.")
    assert board.advice.endswith("above linear, more than chance explains.")
    assert any("One seed each" in note for note in board.notes)


def test_of_two_that_cannot_be_told_apart_the_quicker_is_taken(home: Path) -> None:
    make_model(home, "even-1", settings_of(), 0.9, rare_skill=1.0, train_seconds=100)
    make_model(home, "even-2", settings_of("linear"), 0.9, rare_skill=1.0, train_seconds=30)
    board = scoreboard(("even-1", "even-2"), home)
    assert not board.lines[1].lead_of_best["micro_f1"].is_clear
    assert board.lines[0].name == "tuned"
    assert board.advice.startswith("Take linear: tuned scores +0.0")
    assert board.advice.endswith("takes 100 s to train, not 30 s.")


def test_of_two_alike_in_one_figure_another_figure_decides(home: Path) -> None:
    make_model(home, "rare", settings_of(), 0.9, rare_skill=1.0, train_seconds=100)
    make_model(home, "other", settings_of("linear"), 0.9, rare_skill=0.97, train_seconds=30)
    board = scoreboard(("rare", "other"), home)
    assert board.lines[0].name == "tuned"
    assert not board.lines[1].lead_of_best["micro_f1"].is_clear
    assert board.advice.startswith("Take tuned: ")
    assert board.advice.endswith("but in macro-F1 it leads by more than that.")


def test_as_good_a_model_that_finds_rare_labels_is_taken(home: Path) -> None:
    make_model(home, "common", settings_of("linear"), 0.9, rare_skill=0.97, train_seconds=1)
    make_model(home, "fair", settings_of(), 0.9, rare_skill=1.0, train_seconds=100)
    board = scoreboard(("common", "fair"), home)
    assert board.advice.startswith("Take tuned: ")
    assert "quicker" not in board.advice


def test_what_cannot_be_compared_is_named(home: Path) -> None:
    make_model(home, "one", settings_of(), 0.9)
    make_run(home, "failed", "failed", message="The disk is full.")
    old = make_model(home, "old", settings_of("linear"), 0.9)
    (old.test_papers).unlink()
    board = scoreboard(("one", "failed", "old"), home)
    assert [line.name for line in board.lines] == ["tuned"]
    assert board.advice.startswith("There is one model only, tuned: ")
    assert any("seed 42 is left out: The disk is full." in note for note in board.notes)
    assert any(note.startswith("linear, seed 42 is left out: ") for note in board.notes)
    assert scoreboard(("failed",), home).advice == "No run has a model yet."


def test_a_run_that_was_stopped_is_named(home: Path) -> None:
    make_model(home, "whole", settings_of(), 0.9)
    make_model(home, "cut-short", settings_of("linear"), 0.7, state="stopped")
    notes = scoreboard(("whole", "cut-short"), home).notes
    assert "Stopped before the end of training: linear, seed 42." in notes


def test_other_seeds_have_no_papers_in_common(home: Path) -> None:
    make_model(home, "one", settings_of(random_seed=1), 0.9)
    make_model(home, "two", settings_of("linear", random_seed=2), 0.7)
    board = scoreboard(("one", "two"), home)
    assert not board.lines[1].lead_of_best
    assert "other papers" in board.advice
    assert board.advice.startswith(
        "Which to take is not known: the micro-F1 of tuned is the highest"
    )


def test_data_sets_have_no_ceiling_in_common(home: Path) -> None:
    make_model(home, "one", settings_of(), 0.9)
    make_model(home, "two", dataclasses.replace(settings_of("linear"), data="another"), 0.7)
    assert scoreboard(("one",), home).ceiling is not None
    assert scoreboard(("one", "two"), home).ceiling is None


def test_a_learning_curve_says_whether_more_papers_help(home: Path) -> None:
    skills = {0.1: 0.6, 0.5: 0.75, 1.0: 0.9}
    for share, skill in skills.items():
        make_model(home, f"t{10 * share:.0f}", settings_of(train_share=share), skill)
        make_model(home, f"l{10 * share:.0f}", settings_of("linear", train_share=share), 0.7)
    board = scoreboard(("t10", "t5", "t1", "l1", "l5", "l10"), home)
    assert [line.name for line in board.lines][:2] == ["tuned", "tuned, 50 % of the papers"]
    rising, flat = board.curves
    assert rising.names == ("tuned, 10 % of the papers", "tuned, 50 % of the papers", "tuned")
    assert rising.gain is not None
    assert rising.gain.low > 0
    assert rising.sentence.startswith("tuned: 1,000 training papers in place of 500")
    assert rising.sentence.endswith("more papers would help further.")
    assert flat.sentence.endswith("a better model would help more than papers.")
    # The best of all papers is taken, whatever a part of them scores.
    assert board.advice.startswith("Take tuned: ")
    assert board.advice.count("% of the papers") == 0
    few = scoreboard(("t5", "t1"), home)
    assert few.advice.startswith("Take tuned, 50 % of the papers: ")
    assert few.advice.endswith("and the others learnt from fewer papers.")


@pytest.mark.parametrize(
    "result",
    [
        {"data": [], "timings": 3, "evaluation": [1], "peak_memory_mb": "x", "n_train": "x"},
        {"data": {"fingerprint": [1]}, "timings": {"train": "x"}, "evaluation": {"ceiling": 3}},
        {"evaluation": {"ceiling": {"low": 0.5}}},
    ],
)
def test_a_damaged_result_breaks_no_comparison(result: dict[str, object], home: Path) -> None:
    make_model(home, "one", settings_of(), 0.9)
    storage.write_json(make_model(home, "two", settings_of("linear"), 0.8).result, result)
    board = scoreboard(("one", "two"), home)
    assert [line.name for line in board.lines] == ["tuned", "linear"]
    assert board.ceiling == (0.8, 0.9)


def test_models_are_named_by_what_differs() -> None:
    settings = [
        settings_of(epochs=3),
        settings_of(epochs=3, learning_rate=0.02),
        settings_of("linear", epochs=3, random_seed=7, train_share=0.5),
    ]
    assert model_names(settings) == ["tuned", "tuned, learning rate 0.02", "linear"]
    settings = [
        settings_of(epochs=1, early_stopping_patience=None),
        settings_of(hidden_units=(64, 32), linear_path=False),
    ]
    assert model_names(settings) == [
        "tuned, 1 epoch, early stopping patience never",
        "tuned, hidden units 64-32, no linear path",
    ]


def test_the_scoreboard_as_json_and_as_text(home: Path) -> None:
    make_model(home, "one", settings_of(), 0.9)
    make_model(home, "two", settings_of("linear"), 0.7)
    board = scoreboard(("one", "two"), home)
    values = board_as_dict(board)
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert set(values) == {"lines", "advice", "curves", "ceiling", "notes"}
    text = board_text(board)
    assert text.startswith(board.advice)
    assert "linear" in text
