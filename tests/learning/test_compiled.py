"""Compiled programs are kept: found again, harmless when damaged or out of reach."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TRAIN = """
import sys
from pathlib import Path
import numpy as np
from arxivtag.learning import engine
engine.keep_compiled(Path(sys.argv[1]))
from arxivtag.learning.features import Examples, SparseRows
from arxivtag.learning.training import Trainer
from arxivtag.settings import ModelConfig, RunConfig, TrainingConfig
rows = SparseRows(np.arange(9), np.arange(8, dtype=np.int32), np.ones(8, np.float32), 8)
papers = Examples(rows, np.arange(16).reshape(8, 2) % 3 == 0)
settings = RunConfig(model=ModelConfig(hidden_units=(4,)), training=TrainingConfig(epochs=2))
print(repr(Trainer(papers, papers, settings).fit().history[-1]["loss"]))
"""


def train(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", TRAIN, str(folder)], capture_output=True, text=True, check=True
    )
    return done.stdout


def programs(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.glob("*-cache")}


def test_programs_are_found_again_and_damage_costs_nothing_but_time(tmp_path: Path) -> None:
    first = train(tmp_path)
    kept = programs(tmp_path)
    assert kept
    assert train(tmp_path) == first
    assert programs(tmp_path) == kept, "nothing was compiled anew"
    for path in kept:
        path.write_bytes(b"not a program")
    assert train(tmp_path) == first


@pytest.mark.parametrize("name", ["a file", "a file/below"])
def test_where_nothing_can_be_kept_training_goes_on(tmp_path: Path, name: str) -> None:
    (tmp_path / "a file").write_text("in the way")
    assert float(train(tmp_path / name))
