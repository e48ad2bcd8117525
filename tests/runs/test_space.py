"""What a run records of its label space, and what readers make of damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from arxivtag import storage
from arxivtag.errors import StorageError
from arxivtag.runs import space
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.space import FrameWriter, read_space

ABOUT = {
    "label_names": ["cs.CV", "cs.LG", "stat.ML"],
    "titles": ["one", "two"],
    "paper_labels": [[1, 2], [0]],
}


@pytest.fixture
def folder(home: Path) -> RunFolder:
    made = RunFolder("20260101-000000-abcd", home)
    storage.write_json(made.space, ABOUT)
    return made


def write(folder: RunFolder, *epochs: float) -> None:
    writer = FrameWriter(folder, 2, 3)
    for epoch in epochs:
        writer(epoch, np.full((2, 3), epoch / 10, np.float32))


def test_what_is_written_is_read(folder: RunFolder) -> None:
    write(folder, 0, 0.5, 1, 2)
    read = read_space(folder)
    assert read is not None
    assert read.epochs.tolist() == [0, 0.5, 1, 2]
    assert read.whole_epochs.tolist() == [2, 3]
    assert read.packed[:, 1, 2].tolist() == [0, 57, 81, 114]  # 255 times the square root
    assert read.y_true.tolist() == [[False, True, True], [True, False, False]]


def test_a_resumed_run_replaces_what_is_trained_again(folder: RunFolder) -> None:
    write(folder, 0, 1, 1.5)
    with folder.frames.open("ab") as file:
        file.write(b"half a frame"[:7])
    write(folder, 1, 2)
    read = read_space(folder)
    assert read is not None
    assert read.epochs.tolist() == [0, 1, 2]


def test_frames_end_at_the_limit(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "MAX_BYTES", 25)
    write(folder, 0, 1, 2, 3)
    assert folder.frames.stat().st_size == 20  # two frames of 4 + 6 bytes


def test_a_run_without_one_has_none_and_no_frames_yet_is_empty(folder: RunFolder) -> None:
    read = read_space(folder)
    assert read is not None
    assert len(read.epochs) == 0
    assert read_space(RunFolder("20260101-000000-none", folder.home)) is None


@pytest.mark.parametrize(
    "damage",
    [
        {"titles": ["one"]},
        {"paper_labels": [[1, 3], [0]]},
        {"paper_labels": [[], [0]]},
        {"label_names": None},
        {"paper_labels": "none"},
    ],
)
def test_damage_is_said(folder: RunFolder, damage: dict[str, object]) -> None:
    storage.write_json(folder.space, ABOUT | damage)
    with pytest.raises(StorageError, match="holds no label space"):
        read_space(folder)
