"""Predictions: there and back, calibrated beside raw, damaged files."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from arxivtag.errors import StorageError
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.predictions import Predictions, Scored, load_predictions, save_predictions


@pytest.fixture
def predictions() -> Predictions:
    generator = np.random.default_rng(0)
    val, test = (
        Scored(
            generator.random((n, 2)) < 0.5,
            generator.random((n, 2), dtype=np.float32),
            np.ones(n, bool),
        ).calibrated(Calibration("temperature", temperature=2.0))
        for n in (4, 3)
    )
    return Predictions(("cs.LG", "math.ÅÄ"), val, test)


def test_there_and_back(tmp_path: Path, predictions: Predictions) -> None:
    save_predictions(tmp_path / "predictions.npz", predictions)
    again = load_predictions(tmp_path / "predictions.npz")
    assert again.label_names == predictions.label_names
    for split in ("val", "test"):
        for name in ("y_true", "y_prob", "y_prob_raw", "readable"):
            before, after = (getattr(getattr(one, split), name) for one in (predictions, again))
            assert before.dtype == after.dtype
            np.testing.assert_array_equal(before, after)


def test_calibrated_ones_stand_beside_the_raw(predictions: Predictions) -> None:
    raw, calibrated = predictions.test.y_prob_raw, predictions.test.y_prob
    odds = calibrated / (1 - calibrated)
    np.testing.assert_allclose(odds**2, raw / (1 - raw), rtol=1e-4)  # temperature 2


def test_no_label_at_all_is_stored(tmp_path: Path) -> None:
    empty = Scored(np.zeros((0, 0), bool), np.zeros((0, 0), np.float32), np.zeros(0, bool))
    none = Predictions((), empty, empty)
    save_predictions(tmp_path / "p.npz", none)
    assert load_predictions(tmp_path / "p.npz").label_names == ()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", b"no zip at all"])
def test_damaged_files_are_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "predictions.npz"
    path.write_bytes(content)
    with pytest.raises(StorageError, match=r"predictions\.npz"):
        load_predictions(path)


def test_a_single_array_is_no_archive(tmp_path: Path) -> None:
    with (tmp_path / "p.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(StorageError):
        load_predictions(tmp_path / "p.npz")


def test_predictions_of_older_versions_count_as_readable(
    tmp_path: Path, predictions: Predictions
) -> None:
    path = tmp_path / "predictions.npz"
    val = dataclasses.replace(predictions.val, readable=predictions.val.y_true[:, 0])
    some = dataclasses.replace(predictions, val=val)
    save_predictions(path, some)
    np.testing.assert_array_equal(load_predictions(path).val.readable, val.readable)
    with np.load(path) as stored:
        arrays = dict(stored)
    older = {name: array for name, array in arrays.items() if not name.startswith("readable")}
    np.savez(path, **older)
    again = load_predictions(path)
    assert again.val.readable.all()
    assert again.test.readable.shape == (len(again.test),)
    np.savez(path, **{**arrays, "readable_test": np.ones(1, bool)})
    with pytest.raises(StorageError, match="whether they can be read"):
        load_predictions(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nothing-here"):
        load_predictions(tmp_path / "nothing-here.npz")


def test_pickled_content_is_refused(tmp_path: Path, predictions: Predictions) -> None:
    path = tmp_path / "predictions.npz"
    save_predictions(path, predictions)
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["label_names"] = np.array(["a", object()], dtype=object)
    np.savez(path, **arrays)
    with pytest.raises(StorageError):
        load_predictions(path)


@pytest.mark.parametrize("name", ["y_true_val", "y_prob_test", "y_prob_val_raw", "label_names"])
def test_shapes_must_agree(tmp_path: Path, predictions: Predictions, name: str) -> None:
    path = tmp_path / "predictions.npz"
    save_predictions(path, predictions)
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays[name] = arrays[name][:1]
    np.savez(path, **arrays)
    with pytest.raises(StorageError, match="should have"):
        load_predictions(path)
