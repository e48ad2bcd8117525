"""Names made of what differs from the preset."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arxivtag.fields import to_dict
from arxivtag.runs.registry import MAX_NAME_CHARS, made_name
from arxivtag.settings import PRESETS, with_settings


def as_stored(preset: str, **changes: object) -> dict[str, Any]:
    stored: dict[str, Any] = json.loads(
        json.dumps(to_dict(with_settings(PRESETS[preset], dict(changes))))
    )
    return stored


@pytest.mark.parametrize(
    ("preset", "changes", "expected"),
    [
        ("tuned", {}, "tuned, seed 42"),
        ("tuned", {"random_seed": 7, "epochs": 6}, "tuned, 6 epochs, seed 7"),
        ("tuned", {"epochs": 1, "data": "other.csv"}, "tuned, 1 epoch, seed 42"),
        ("tuned", {"hidden_units": (64, 32)}, "tuned, hidden units 64-32, seed 42"),
        ("tuned", {"linear_path": False}, "tuned, no linear path, seed 42"),
        ("linear", {"learning_rate": 0.02}, "linear, learning rate 0.02, seed 42"),
        (
            "tuned",
            {"max_features": None, "early_stopping_patience": None},
            "tuned, max features all, early stopping patience never, seed 42",
        ),
        ("keras-example", {"epochs": None}, "keras-example, epochs automatic, seed 42"),
    ],
)
def test_names_what_differs(preset: str, changes: dict[str, object], expected: str) -> None:
    stored = as_stored(preset, **{k: v for k, v in changes.items() if k != "data"})
    stored |= {k: v for k, v in changes.items() if k == "data"}
    assert made_name(stored) == expected


def test_counts_what_is_too_much_to_name() -> None:
    changed = dataclasses.asdict(PRESETS["tuned"].training) | {
        "epochs": 3, "learning_rate": 0.5, "ranking_weight": 0.5, "rare_label_lift": 0.1,
        "lazy_rows": False, "batch_size": 17,
    }  # fmt: skip
    name = made_name(as_stored("tuned") | {"training": changed})
    assert name.endswith(", 3 more, seed 42")


@given(st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.lists(inner)))
def test_whatever_a_file_holds_gives_a_name_or_none(value: object) -> None:
    assert made_name({"preset": value}) == ""
    name = made_name({"preset": "tuned", "training": value, "model": {"a": value}})
    assert len(name) <= MAX_NAME_CHARS
