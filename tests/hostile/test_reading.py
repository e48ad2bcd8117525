"""Every hostile file is accepted with a report or refused with one sentence, at a bounded price."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT_FOLDER
from tests.hostile.corpus import INPUTS

# Lower limits than in use, so that bombs burst early and the test stays quick.
LIMITS = {"ARXIVTAG_MAX_ROWS": "50000", "ARXIVTAG_MAX_DECOMPRESSED_MB": "100"}
MOST_MEMORY_MB = 700
MOST_CPU_SECONDS = 10.0


def run(module: str, folder: Path) -> str:
    command = [sys.executable, "-m", module, str(folder)]
    done = subprocess.run(
        command, cwd=PROJECT_FOLDER, env=os.environ | LIMITS, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("hostile")
    run("tests.hostile.corpus", folder)
    records = [json.loads(line) for line in run("tests.hostile.runner", folder).splitlines()]
    return {record["name"]: record for record in records}


def test_there_are_at_least_sixty_inputs() -> None:
    assert len(INPUTS) >= 60


@pytest.mark.parametrize("name", INPUTS)
def test_ends_in_order(name: str, outcomes: dict[str, dict[str, Any]]) -> None:
    outcome = outcomes[name]
    assert outcome["ending"] in ("accepted", "refused"), outcome
    expected = INPUTS[name].ending
    assert expected == "either" or outcome["ending"] == expected, outcome
    assert outcome["cpu_seconds"] < MOST_CPU_SECONDS
    assert outcome["peak_mb"] < MOST_MEMORY_MB
    if outcome["ending"] == "refused":
        message = outcome["message"]
        assert outcome["error"] == "DataError"
        assert message.endswith(".")
        assert outcome["hint"].endswith(".")
        assert "\n" not in message
        assert len(message) < 600
        assert "Traceback" not in message
    else:
        assert outcome["n_papers"] == outcome["n_read"] - outcome["n_skipped"]
        assert outcome["n_papers"] > 0
        if outcome["n_skipped"]:
            assert outcome["notes"]
