"""The figures of the contract, checked by hand, against pandas, and on the real data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from arxivtag.corpus.store import open_corpus
from arxivtag.exploring.preparation import describe, describe_words
from arxivtag.settings import CleaningConfig
from tests.conftest import PROJECT_FOLDER
from tests.exploring.papers import corpus_of

CSV = """titles,summaries,terms
A,one two three,"['x', 'y']"
B,one two,"['x', 'y']"
A,again,"['x']"
C,one,"['y', 'x']"
D,a b c d,"['z']"
E,a b c d e f,"['z']"
"""
KEYS = [
    "n_rows", "n_duplicate_titles", "n_after_dedup", "n_label_combinations",
    "n_rare_combinations", "n_kept", "n_labels", "length_words", "label_counts",
]  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "papers.csv"
    path.write_text(CSV)
    return path


def test_by_hand(path: Path) -> None:
    figures = describe(open_corpus(str(path), path.parent))
    assert {key: figures[key] for key in KEYS if key != "length_words"} == {
        "n_rows": 6,
        "n_duplicate_titles": 1,
        "n_after_dedup": 5,
        "n_label_combinations": 3,  # ['x', 'y'] and ['y', 'x'] are two as written
        "n_rare_combinations": 1,
        "n_kept": 4,
        "n_labels": 3,
        "label_counts": {"x": 2, "y": 2, "z": 2},
    }
    lengths = figures["length_words"]
    assert list(lengths) == ["count", "mean", "std", "min", "25%", "50%", "75%", "max"]
    assert (lengths["count"], lengths["mean"], lengths["min"], lengths["max"]) == (4, 3.75, 2, 6)
    json.dumps(figures, allow_nan=False)


def test_lengths_are_the_examples() -> None:
    texts = ["a b  c", "", "one\ntwo three", "x " * 50, "y"]
    expected = pd.Series(texts).apply(lambda text: len(text.split(" "))).describe()
    corpus = corpus_of(*(("", text, ["x"]) for text in texts))
    assert describe_words(corpus.n_words) == pytest.approx(expected.to_dict())


@pytest.mark.parametrize("n", [0, 1])
def test_lengths_of_next_to_nothing(n: int) -> None:
    lengths = describe_words(np.full(n, 2))
    assert lengths["count"] == n
    assert lengths["std"] is None
    json.dumps(lengths, allow_nan=False)


def test_other_rules(path: Path) -> None:
    config = CleaningConfig(drop_duplicate_titles=False, rare_combinations="keep")
    figures = describe(open_corpus(str(path), path.parent), config)
    assert (figures["n_duplicate_titles"], figures["n_after_dedup"], figures["n_kept"]) == (0, 6, 6)


# A process of its own, so that time and memory are those of the command, once papers are stored.
_MEASURED = """
import json, sys, time
from pathlib import Path
from arxivtag.corpus.store import open_corpus
from arxivtag.exploring.preparation import describe
figures = describe(open_corpus(sys.argv[1], Path(sys.argv[2])))
status = open("/proc/self/status").read()  # ru_maxrss would count the parent's memory too
figures["peak_mb"] = int(status.split("VmHWM:")[1].split()[0]) / 1024
figures["cpu_seconds"] = time.process_time()
print(json.dumps(figures))
"""


def test_the_real_data(real_data: Path, tmp_path: Path) -> None:
    open_corpus(str(real_data), tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, str(real_data), str(tmp_path)],
        cwd=PROJECT_FOLDER, capture_output=True, text=True, check=True,
    )  # fmt: skip
    figures = json.loads(done.stdout)
    assert {key: figures[key] for key in KEYS[:7]} == {
        "n_rows": 38_209,
        "n_duplicate_titles": 2_657,
        "n_after_dedup": 35_552,
        "n_label_combinations": 7_772,
        "n_rare_combinations": 5_127,
        "n_kept": 30_425,
        "n_labels": 124,
    }
    assert figures["length_words"]["count"] == 30_425
    assert next(iter(figures["label_counts"])) == "cs.LG"
    assert figures["peak_mb"] < 1000
    assert figures["cpu_seconds"] < 5
