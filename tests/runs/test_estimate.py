"""The estimate grows with what is asked for."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from arxivtag import storage
from arxivtag.runs import registry
from arxivtag.runs.estimate import estimate, expected_features, seconds_here
from arxivtag.settings import PRESETS, ModelConfig, TrainingConfig
from tests.runs.conftest import make_run


def test_more_work_takes_longer_and_more_memory() -> None:
    tuned, example = PRESETS["tuned"], PRESETS["keras-example"]
    small = estimate(tuned, 2_000, 10_000, 26)
    large = estimate(tuned, 38_000, 143_000, 124)
    example_large = estimate(example, 38_000, 143_000, 124)
    assert small.seconds < large.seconds < example_large.seconds
    assert small.memory_mb < large.memory_mb < example_large.memory_mb
    longer = dataclasses.replace(tuned, training=TrainingConfig(epochs=20))
    assert estimate(longer, 38_000, 143_000, 124).seconds > large.seconds
    linear = dataclasses.replace(tuned, model=ModelConfig(hidden_units=()))
    assert estimate(linear, 38_000, 143_000, 124).seconds < large.seconds
    assert small.n_train == 1_800


def test_vocabulary_is_the_distinct_words_unless_set() -> None:
    tuned = PRESETS["tuned"]
    assert expected_features(tuned, 5_000, 1_000) == 5_000
    set_ = dataclasses.replace(
        tuned, vectorizer=dataclasses.replace(tuned.vectorizer, max_tokens=300)
    )
    assert expected_features(set_, 5_000, 1_000) == 300
    assert expected_features(tuned, 0, 0) == 1


def test_each_tower_costs_what_the_first_does() -> None:
    def with_towers(n_towers: int) -> tuple[float, float]:
        model = dataclasses.replace(PRESETS["tuned"].model, towers=n_towers, linear_path=False)
        run = dataclasses.replace(PRESETS["tuned"], model=model)
        found = estimate(run, 30_000, 100_000, 124)
        return found.seconds, found.memory_mb

    one, two, eight = (with_towers(n) for n in (1, 2, 8))
    for i in range(2):
        assert eight[i] - two[i] == pytest.approx(6 * (two[i] - one[i]))
        assert two[i] > one[i]
    # First kernels of 100,000 x 384 float32 and two copies; lazy rows have no moments.
    assert two[1] - one[1] == pytest.approx(3 * 100_000 * 384 * 4 / 1e6)


@pytest.mark.parametrize(
    ("n_papers", "n_words", "floor", "ngrams", "n_features"),
    # Counted on shuffled real abstracts with the vectorizer, its size not bounded.
    [
        (30_425, 153_668, 6, 2, 103_754),
        (30_425, 153_668, 20, 2, 34_520),
        (10_000, 75_571, 6, 2, 40_883),
        (1_000, 17_878, 6, 2, 5_357),
        (1_000, 17_878, 20, 2, 1_409),
        (30_425, 153_668, 6, 1, 15_754),
        (1_000, 17_878, 2, 1, 5_623),
    ],
)
def test_rare_terms_are_not_expected_in_the_vocabulary(
    n_papers: int, n_words: int, floor: int, ngrams: int, n_features: int
) -> None:
    tuned = PRESETS["tuned"]
    vectorizer = dataclasses.replace(
        tuned.vectorizer, min_document_frequency=floor, ngrams=ngrams, max_features=None
    )
    run = dataclasses.replace(tuned, vectorizer=vectorizer)
    assert expected_features(run, n_words, n_papers) == pytest.approx(n_features, rel=0.35)


def test_this_machine_s_own_runs_correct_the_estimate(home: Path) -> None:
    tuned = PRESETS["tuned"]
    usual = estimate(tuned, 2_000, 10_000, 26).seconds
    for number, ratio in enumerate((3.0, 2.0, 9.0)):
        folder = make_run(home, f"run-{number}", config=tuned, elapsed_s=ratio * usual)
        sizes = {"n_train": 1_800, "n_val": 100, "n_test": 100, "n_features": 10_000}
        storage.write_json(folder.result, sizes | {"n_labels": 26})
    runs = [registry.read_run(run.run_id, home) for run in registry.list_runs(home)]
    assert seconds_here(usual, runs) == (pytest.approx(3.0 * usual), 3)
    assert seconds_here(5 * usual, runs) == (5 * usual, 0)  # too unlike


def test_reading_words_in_order_takes_time_by_their_number() -> None:
    def seconds(length: int) -> float:
        cnn = PRESETS["cnn"]
        vectorizer = dataclasses.replace(cnn.vectorizer, max_length_words=length)
        run = dataclasses.replace(cnn, vectorizer=vectorizer)
        return estimate(run, 20_000, 40_000, 100).seconds

    assert seconds(200) - seconds(100) == pytest.approx(seconds(300) - seconds(200))
    assert seconds(200) - seconds(100) > 60
