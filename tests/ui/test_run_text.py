"""Runs in words."""

from __future__ import annotations

from itertools import pairwise

import pytest

from arxivtag.runs.status import STAGES, STATES, Progress, RunStatus
from arxivtag.ui.frame import run_text


def test_every_state_and_stage_has_words() -> None:
    assert set(STATES) <= set(run_text.STATES)
    assert set(STAGES) == set(run_text.STAGE_TEXTS)


def test_stage_in_words() -> None:
    at = RunStatus("running", "train", Progress(2.4, 6, "epochs"))
    assert run_text.stage_text(at) == "Training: epoch 3 of 6"
    done = RunStatus("running", "train", Progress(6, 6, "epochs"))
    assert run_text.stage_text(done) == "Training: epoch 6 of 6"
    several = RunStatus("running", "train", Progress(1, 3, "models"))
    assert run_text.stage_text(several) == "Training: 3 models"
    clean = RunStatus("running", "clean", Progress(0, 38209, "papers"))
    assert run_text.stage_text(clean) == "Cleaning: 38,209 papers"
    assert run_text.stage_text(RunStatus("running", "from the future")) == "At work"


def test_bar_only_grows() -> None:
    places = []
    for stage in STAGES:
        parts = [Progress(n, 4, "epochs") for n in range(5)] if stage == "train" else [None]
        places += [run_text.overall_fraction(RunStatus("running", stage, part)) for part in parts]
    assert all(a <= b for a, b in pairwise(places))
    assert 0 <= places[0] < places[-1] <= 1


def test_what_is_fresher_than_the_status_moves_the_bar() -> None:
    status = RunStatus("running", "train", Progress(1, 4, "epochs"))
    before = run_text.overall_fraction(status)
    assert run_text.overall_fraction(status, 0.25) == before
    assert run_text.overall_fraction(status, 0.5) > before
    assert run_text.overall_fraction(status, 7.0) == run_text.overall_fraction(status, 1.0)


@pytest.mark.parametrize(
    ("source", "text"),
    [("sample", "sample"), ("/home/me/secret/papers.csv", "papers.csv"),
     ("upload:abcdefgh12345678", "uploaded file"), ("C:\\data\\x.csv", "x.csv"),
     ("upload:abcdefgh12345678?max_rows=5", "uploaded file")],
)  # fmt: skip
def test_data_sources_show_no_folder_and_no_secret(source: str, text: str) -> None:
    assert run_text.data_text(source) == text
