"""Finished runs with made answers on made test papers: what a scoreboard reads, and no network."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

from arxivtag import storage
from arxivtag.learning import thresholds
from arxivtag.learning.predictions import Predictions, Scored, save_predictions
from arxivtag.runs.layout import RunFolder
from arxivtag.settings import RunConfig, preset_settings, with_settings
from tests.runs.conftest import make_run

LABELS = ("a", "b", "c", "d")
N_PAPERS = 300


def settings_of(preset: str = "tuned", **changes: object) -> RunConfig:
    """Settings of a preset on the sample, some of them changed."""
    return with_settings(dataclasses.replace(preset_settings(preset)), dict(changes))


def truth_of(papers: np.ndarray, rare: float = 0.03) -> np.ndarray:
    """Labels that a paper's number tells; the last one is rare."""
    share = np.array([0.5, 0.4, 0.3, rare])
    return np.stack([np.random.default_rng(int(paper)).random(4) < share for paper in papers])


def make_model(
    home: Path,
    run_id: str,
    settings: RunConfig,
    skill: float,
    *,
    rare_skill: float | None = None,
    train_seconds: float = 10.0,
    state: str = "finished",
    **status: object,
) -> RunFolder:
    """Write a run that is right on a share ``skill`` of decisions, ``rare_skill`` on rare labels.

    The test papers are those of the seed, as in real runs.
    """
    papers = np.arange(N_PAPERS) * 3 + settings.random_seed
    y_true = truth_of(papers)
    chance = np.random.default_rng([*run_id.encode()])
    is_right = chance.random(y_true.shape) < skill
    if rare_skill is not None:
        is_right[:, 3] = chance.random(N_PAPERS) < rare_skill
    given = np.where(is_right, y_true, ~y_true)
    y_prob = (np.where(given, 0.7, 0.1) + 0.2 * chance.random(y_true.shape)).astype(np.float32)
    folder = make_run(home, run_id, state, settings, **status)
    scored = Scored(y_true, y_prob, np.ones(N_PAPERS, bool), y_prob)
    save_predictions(folder.predictions, Predictions(LABELS, scored, scored))
    lists = [[LABELS[place] for place in np.flatnonzero(row)] for row in y_true]
    table = pd.DataFrame({"title": "", "abstract": "", "labels": lists, "paper": papers})
    storage.write_atomic(folder.test_papers, table.to_parquet)
    half = thresholds.Thresholds("global", np.full(4, 0.5, np.float32))
    storage.write_json(folder.evaluation, {"thresholds": thresholds.to_dict(half)})
    storage.write_json(folder.bundle / "manifest.json", {})
    n_train = round(1000 * settings.split.train_share)
    storage.write_json(
        folder.result,
        {
            "n_train": n_train,
            "timings": {"train": train_seconds},
            "peak_memory_mb": 500.0,
            "data": {"fingerprint": "f"},
            "evaluation": {"micro_f1": 0.5, "ceiling": {"low": 0.8, "high": 0.9}},
        },
    )
    return folder
