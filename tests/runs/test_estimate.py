"""The estimate grows with what is asked for."""

from __future__ import annotations

import dataclasses

from arxivtag.config import PRESETS, ModelConfig, TrainingConfig
from arxivtag.runs.estimate import estimate, expected_features


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
