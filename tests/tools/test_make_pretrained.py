"""The tool that makes the pretrained bundle: it runs to the end, and spoils nothing in assets."""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arxivtag.config import ASSETS_FOLDER, PRETRAINED_PATH, PROJECT_FOLDER
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.loading import load_bundle, read_manifest
from arxivtag.tagging.tagger import tag
from tests.tagging.models import make_bundle
from tools import make_pretrained

CARD = "before\n<!-- figures: start -->\nold\n<!-- figures: end -->\nafter\n"


def run_tool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tools.make_pretrained", *words],
        cwd=PROJECT_FOLDER,
        env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=280,
    )


@pytest.mark.usefixtures("home")
def test_the_tool_runs_to_the_end_on_the_sample(tmp_path: Path) -> None:
    """One epoch falls short of the figures: with invented papers that is a warning."""
    (tmp_path / "MODEL_CARD.md").write_text(CARD)
    out = tmp_path / "pretrained"
    done = run_tool("sample", "--epochs", "1", "--out", str(out))
    assert done.returncode == 0, done.stderr[-2000:]
    bundle = load_bundle(out)
    assert bundle.manifest["network"]["precision"] == "int8"
    assert bundle.manifest["data"]["synthetic"] is True
    assert bundle.manifest["evaluation"]["micro_f1"] > 0
    assert bundle.neighbours is None
    assert tag(bundle, ["We train a network to segment images."], top_k=1)[0]
    card = (tmp_path / "MODEL_CARD.md").read_text()
    assert "| micro_f1 |" in card
    assert "old" not in card
    assert (card.startswith("before\n"), card.endswith("after\n")) == (True, True)


def test_a_model_of_the_sample_never_goes_to_assets() -> None:
    assert not make_pretrained.SAMPLE_OUT.is_relative_to(ASSETS_FOLDER)
    assert make_pretrained.default_out(synthetic=True) == make_pretrained.SAMPLE_OUT
    assert make_pretrained.default_out(synthetic=False) == PRETRAINED_PATH


@pytest.fixture
def lossy() -> Bundle:
    """A bundle whose manifest says that it lost a tenth."""
    full = dict.fromkeys(make_pretrained.FIGURES, 0.5)
    manifest = {
        "full_model": {"n_features": 200, "evaluation": full},
        "evaluation": {**full, "micro_f1": 0.4},
        "data": {"n_train": 3, "n_val": 2, "n_test": 1},
        "config": {"random_seed": 1, "model": {"hidden_units": [16]}},
    }
    return dataclasses.replace(make_bundle("tuned"), manifest=manifest)


def test_real_papers_must_hold_the_figures(lossy: Bundle, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"Nothing was written.*lost 0\.1000"):
        make_pretrained.write(lossy, tmp_path / "out", must_hold=True)
    assert list(tmp_path.iterdir()) == []
    make_pretrained.write(lossy, tmp_path / "out", must_hold=False)
    assert read_manifest(tmp_path / "out")["evaluation"]["micro_f1"] == 0.4


def test_a_bundle_that_is_too_large_is_refused(lossy: Bundle) -> None:
    lossy.manifest["evaluation"]["micro_f1"] = 0.5
    assert make_pretrained.missed(lossy, make_pretrained.MAX_MB) == ""
    assert "It has 9.1 MB" in make_pretrained.missed(lossy, make_pretrained.MAX_MB + 0.1)


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_names_the_data_and_where_to() -> None:
    def steps(*words: str) -> str:
        done = subprocess.run(
            ["make", "-n", "pretrained", *words],
            cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    assert "tools.make_pretrained sample" in steps("DATA=sample")
    assert "tools.make_pretrained a.csv --out b" in steps("DATA=a.csv", "OUT=b")
