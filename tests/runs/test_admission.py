"""What may be trained here, before it is trained."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from arxivtag.errors import ConfigError, DataError, RefusedError
from arxivtag.runs import admission
from arxivtag.settings import RunConfig, TrainingConfig, VectorizerConfig
from tests.fitting import fit_transform


def test_a_model_that_would_not_load_again_is_refused_before_it_is_trained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_BUNDLE_MB", "1")
    texts = ["a network learns labels of papers", "papers and labels and words"] * 3
    vectorizer, _ = fit_transform(texts, VectorizerConfig())
    admission.check_fits(vectorizer, 240_000)
    with pytest.raises(ConfigError, match="would take 1 MB; at most 1 MB"):
        admission.check_fits(vectorizer, 250_000)
    monkeypatch.setattr(admission, "MAX_FEATURES", 5)
    with pytest.raises(ConfigError, match="at most 5"):
        admission.check_fits(vectorizer, 0)


def start(
    folder: Path, settings: RunConfig | None = None, *, n_waiting: int = 0, n_own: int = 0
) -> None:
    admission.check_start(settings or RunConfig(), n_waiting=n_waiting, n_own=n_own, folder=folder)


def test_the_owner_is_bound_by_the_queue_alone(tmp_path: Path) -> None:
    long = RunConfig(data="/data/papers.csv", training=TrainingConfig(epochs=200))
    start(tmp_path, long, n_waiting=49, n_own=49)
    with pytest.raises(RefusedError, match="50 runs wait already"):
        start(tmp_path, long, n_waiting=50)
    admission.check_parameters(10**9)


def test_visitors_are_refused_each_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    short = RunConfig(training=TrainingConfig(epochs=6))
    start(tmp_path, short, n_waiting=3, n_own=1)
    with pytest.raises(RefusedError, match="4 runs wait already"):
        start(tmp_path, short, n_waiting=4)
    with pytest.raises(RefusedError, match="the most a visitor may"):
        start(tmp_path, short, n_own=2)
    with pytest.raises(RefusedError, match=r"up to 6 epochs\. Received: 7"):
        start(tmp_path, RunConfig(training=TrainingConfig(epochs=7)))
    for data in ("papers.csv", "arxiv-metadata", "sample?max_rows=9"):
        with pytest.raises(RefusedError, match="data sets offered here"):
            start(tmp_path, replace(short, data=data))
    with pytest.raises(DataError, match="takes no options"):
        start(tmp_path, replace(short, data="upload:a?max_rows=9"))
    for data in ("upload:a", "arxiv-api:0123456789ab", "arxiv-abstracts"):
        start(tmp_path, replace(short, data=data))
    monkeypatch.setenv("ARXIVTAG_VISITOR_MIN_FREE_DISK_MB", str(10**9))
    with pytest.raises(RefusedError, match="disk of this server is nearly full"):
        start(tmp_path, short)


@pytest.mark.parametrize(
    ("limit", "asked", "said"),
    [
        ("QUEUE_LENGTH", {"n_waiting": 1}, "1 run waits already"),
        ("RUNS_PER_VISITOR", {"n_own": 1}, "You have 1 run under way"),
        ("EPOCHS", {}, r"up to 1 epoch\. Received: 6"),
    ],
)
def test_a_limit_of_one_is_told_in_the_singular(
    limit: str,
    asked: dict[str, int],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    monkeypatch.setenv(f"ARXIVTAG_VISITOR_MAX_{limit}", "1")
    with pytest.raises(RefusedError, match=said):
        start(tmp_path, RunConfig(training=TrainingConfig(epochs=6)), **asked)


def test_rows_are_bounded_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARXIVTAG_MAX_ROWS", "30000")
    admission.check_rows("papers.csv", 30_000)
    with pytest.raises(RefusedError, match="30,001 papers; up to 30,000"):
        admission.check_rows("papers.csv", 30_001)
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    with pytest.raises(RefusedError, match="up to 20,000"):
        admission.check_rows("papers.csv", 20_001)
