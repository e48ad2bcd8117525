"""Reads a folder of hostile files one by one and prints how each ended, a JSON line a file.

Run as a process of its own, so that memory can be measured and a crash be seen:
``python -m tests.hostile.runner FOLDER``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from arxivtag.errors import ArxivTagError
from tests.loading import clean, load


def attempt(path: Path) -> dict[str, object]:
    """Load and clean a file; return how that ended."""
    try:
        corpus = load(str(path))
        result = clean(corpus.papers)
    except ArxivTagError as error:
        return {"ending": "refused", "error": type(error).__name__, "message": error.message,
                "hint": error.hint}  # fmt: skip
    except Exception as error:
        return {"ending": "crashed", "error": type(error).__name__, "message": str(error)[:500]}
    report = corpus.report
    return {
        "ending": "accepted",
        "n_papers": len(corpus.papers),
        "n_read": report.n_rows_read,
        "n_skipped": report.n_rows_skipped,
        "n_clean": len(result.papers),
        "notes": list(report.notes),
    }


def peak_memory_mb() -> int:
    """Return the most memory this process has held, in MB."""
    # ru_maxrss would do, but a child starts with its parent's.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def main(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        started = time.process_time()
        outcome = attempt(path)
        outcome |= {
            "name": path.name,
            "cpu_seconds": round(time.process_time() - started, 3),
            "peak_mb": peak_memory_mb(),
        }
        print(json.dumps(outcome), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
