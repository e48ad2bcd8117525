"""Large files load or are refused within the memory that docs/data.md states."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT_FOLDER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

# Stated in docs/data.md.
MOST_MEMORY_MB = {"csv": 2000, "metadata": 500, "refused": 250}

_READ = """
import json, sys, time
from arxivtag.errors import ArxivTagError
from tests.loading import load
outcome = {}
try:
    outcome["n_papers"] = len(load(sys.argv[1]).papers)
except ArxivTagError as error:
    outcome["message"] = error.message
status = open("/proc/self/status").read()
outcome["peak_mb"] = int(status.split("VmHWM:")[1].split()[0]) // 1024
outcome["cpu_seconds"] = time.process_time()
print(json.dumps(outcome))
"""


def read(path: Path, source: str | None = None, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", _READ, source or str(path)],
        cwd=PROJECT_FOLDER,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    outcome: dict[str, Any] = json.loads(done.stdout)
    print(path.name, outcome)
    return outcome


def words(number: int, n: int = 150) -> str:
    return " ".join(f"w{(number * 7919 + i * i) % 9973}" for i in range(n))


def write_csv(path: Path, n_bytes: int) -> int:
    """Write about ``n_bytes`` of papers of 250 words; return their number."""
    block = "".join(f"Title {i},{words(i, 250)},\"['cs.CV', 'cs.LG']\"\n" for i in range(5000))
    n_blocks = n_bytes // len(block) + 1
    with path.open("w") as file:
        file.write("titles,summaries,terms\n")
        for _ in range(n_blocks):
            file.write(block)
    return n_blocks * 5000


def write_jsonl(path: Path, n_bytes: int) -> int:
    """Write about ``n_bytes`` in the shape of Kaggle's file; return the number of papers."""
    block = "".join(
        json.dumps({"id": f"{i}", "authors_parsed": [["A", "B", ""]], "title": f"Title {i}",
                    "abstract": words(i), "categories": "cs.LG" if i % 20 == 0 else "hep-th"})
        + "\n"
        for i in range(5000)
    )  # fmt: skip
    n_blocks = n_bytes // len(block) + 1
    with path.open("w") as file:
        for _ in range(n_blocks):
            file.write(block)
    return n_blocks * 5000


def test_csv_of_500_mb(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    n_rows = write_csv(path, 500_000_000)
    outcome = read(path)
    assert outcome["n_papers"] == n_rows
    assert outcome["peak_mb"] < MOST_MEMORY_MB["csv"]
    refused = read(path, ARXIVTAG_MAX_FILE_MB="100")
    assert "at most 100 MB are read" in refused["message"]
    assert refused["peak_mb"] < MOST_MEMORY_MB["refused"]


def test_jsonl_of_2_gb(tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    n_papers = write_jsonl(path, 2_000_000_000)
    streamed = read(path)
    assert streamed["n_papers"] == min(50_000, n_papers // 20)
    assert streamed["peak_mb"] < MOST_MEMORY_MB["metadata"]
    whole = read(path, f"{path}?categories=math.CO")
    assert "holds no paper in math.CO" in whole["message"]
    assert whole["peak_mb"] < MOST_MEMORY_MB["refused"]
    other = tmp_path / "other.csv"
    path.rename(other)
    refused = read(other, ARXIVTAG_MAX_FILE_MB="600")
    assert "at most 600 MB are read" in refused["message"]
    assert refused["peak_mb"] < MOST_MEMORY_MB["refused"]
