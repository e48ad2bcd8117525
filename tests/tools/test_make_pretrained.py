"""The tool that makes the pretrained bundle: it runs to the end, and holds papers out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from arxivtag.config import ASSETS_FOLDER, PRETRAINED_PATH, PROJECT_FOLDER
from arxivtag.corpus.store import open_corpus
from arxivtag.tagging.loading import load_bundle
from arxivtag.tagging.tagger import tag
from tests.tagging.models import make_bundle
from tools import make_pretrained
from tools.pretraining_papers import divide, read_papers

CARD = "before\n<!-- sets: start -->\nold\n<!-- sets: end -->\nafter\n"


@pytest.mark.usefixtures("home")
def test_the_tool_runs_to_the_end_on_the_sample(tmp_path: Path) -> None:
    (tmp_path / "MODEL_CARD.md").write_text(CARD)
    out = tmp_path / "pretrained"
    done = subprocess.run(
        [sys.executable, "-m", "tools.make_pretrained", "sample", "--epochs", "1", "--out", out],
        cwd=PROJECT_FOLDER,
        env={**os.environ, "PYTHONPATH": str(PROJECT_FOLDER), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    bundle = load_bundle(out)
    assert bundle.manifest["network"]["precision"] == "int8"
    assert bundle.manifest["data"]["synthetic"] is True
    assert bundle.neighbours is None
    assert tag(bundle, ["We train a network to segment images."], top_k=1)[0]
    figures = json.loads((tmp_path / "model_figures.json").read_text())
    assert figures["sets"]["balanced"]["precision_at_1"] > 0.5
    assert set(figures["archives"]) >= {"cs", "stat"}
    card = (tmp_path / "MODEL_CARD.md").read_text()
    assert f"| balanced | {figures['sets']['balanced']['n_papers']} | 0." in card
    assert "old\n" not in card
    assert (card.startswith("before\n"), card.endswith("after\n")) == (True, True)


def test_a_model_of_the_sample_never_goes_to_assets() -> None:
    assert not make_pretrained.SAMPLE_OUT.is_relative_to(ASSETS_FOLDER)
    assert make_pretrained.default_out(synthetic=True) == make_pretrained.SAMPLE_OUT
    assert make_pretrained.default_out(synthetic=False) == PRETRAINED_PATH


def test_a_bundle_that_is_too_large_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_pretrained, "MAX_MB", 0.001)
    with pytest.raises(SystemExit, match=r"Nothing was written: .* should have 0\.001 MB at most"):
        make_pretrained.write(make_bundle("tuned"), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


PAPERS = """id,titles,summaries,terms
{rows}"""


@pytest.mark.usefixtures("home")
def test_papers_are_held_out_by_month_by_chance_and_by_area(tmp_path: Path) -> None:
    ids = [f"{year}{month:02}.{n:05}" for year in (18, 25) for month in (3, 4) for n in range(60)]
    ids += ["hep-th/9901001", "astro-ph/9502001", "2607.00001", "2606.00001"]
    areas = ["math.IT", "cs.LG stat.ML"] * 120 + ["hep-th", "astro-ph", "cs.LG", "cs.LG"]
    rows = (
        f'{paper},Title {n},The abstract of paper {n} about things.,"{areas[n].split()!r}"'
        for n, paper in enumerate(ids)
    )
    path = tmp_path / "papers.csv"
    path.write_text(PAPERS.format(rows="\n".join(rows)))
    papers = read_papers(open_corpus(str(path)))
    assert set(papers.label_names) == {"cs.IT", "cs.LG", "stat.ML", "hep-th"}
    months = papers.months[[0, 239, 240, 241, 242]].tolist()
    assert months == [201803, 202504, 199901, 199502, 202607]
    division = divide(papers, np.array([5]), random_seed=1)
    # A twentieth, rounded down: 5 of 119 and 6 of 120 for the areas, then 5 of about 110 a time.
    sizes = {name: len(rows) for name, rows in division.sets.items()}
    assert sizes == {"tomorrow": 2, "balanced": 11, "recent": 5, "old": 5}
    assert division.sets["tomorrow"].tolist() == [242, 243]
    assert (papers.months[division.sets["recent"]] >= 202001).all()
    assert (papers.months[division.sets["old"]] < 202001).all()
    everything = np.concatenate([division.train, division.val, *division.sets.values()])
    # The one with an older paper's title and the one of an archive that was divided are out.
    assert sorted(everything.tolist()) == [n for n in range(244) if n not in (5, 241)]


def test_papers_of_thin_areas_are_drawn_more_often() -> None:
    """25 papers are learnt from 1.5 times, 1,600 of them 1.25 times, and 4,000 once."""
    primary = np.repeat([0, 1, 2], [4_000, 1_600, 25])
    papers = SimpleNamespace(primary=primary, label_names=("a", "b", "c"))
    drawn = make_pretrained.drawn(papers, np.arange(len(primary)), random_seed=2)  # type: ignore[arg-type]
    counts = np.bincount(primary[drawn])
    assert counts[0] == 4_000
    assert counts[1:] == pytest.approx([2_000, 37], rel=0.25)
    assert set(drawn) == set(range(len(primary)))


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
