"""Times what the Explore page does, tab by tab, and a filter, on one data set.

    python benchmarks/explore.py DATA [--json]

Each tab is opened on a fresh cache (cold: everything it needs, reading the file included, in a
process of its own), again (warm), with a label filter, and with a text as well. The page runs
without a browser (``AppTest``), so that the figures are the server's part. On a busy machine read
the processor's seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT_FOLDER = Path(__file__).resolve().parent.parent
TABS = ("Overview", "Duplicates", "Labels", "Terms", "Lengths", "Papers", "Cleaning")
TIMEOUT_S = 120


def open_tab(tab: str, data_id: str) -> dict[str, Any]:
    """Open one tab cold and warm, then change a filter where there is one; return seconds."""
    sys.path.insert(0, str(PROJECT_FOLDER))
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_file(str(PROJECT_FOLDER / "streamlit_app.py"), default_timeout=TIMEOUT_S)
    # Starting Python and importing is paid once a server, not once a data set.
    page.switch_page("pages/1_Explore.py").run()
    page.query_params["data"] = data_id
    page.query_params["tab"] = tab
    seconds: dict[str, Any] = {"tab": tab}
    seconds["cold_s"], seconds["cold_cpu_s"] = timed(page.run)
    seconds["warm_s"], seconds["warm_cpu_s"] = timed(page.run)
    if any(widget.key == "labels" for widget in page.multiselect):
        page.multiselect(key="labels").set_value(["cs.CV"])
        seconds["label_s"], seconds["label_cpu_s"] = timed(page.run)
        page.text_input(key="search").set_value("neural network")
        seconds["text_s"], seconds["text_cpu_s"] = timed(page.run)
    assert not page.exception, page.exception
    seconds["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds


def timed(function: Any) -> tuple[float, float]:
    """Return how long a call took, in seconds, by the clock and by the processor (all threads)."""
    clock, processor = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - clock, time.process_time() - processor


def all_tabs(data: Path) -> list[dict[str, Any]]:
    """Measure each tab in a process of its own."""
    results = []
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "ARXIVTAG_DATA": str(data), "ARXIVTAG_HOME": home}
        for tab in TABS:
            done = subprocess.run(
                [sys.executable, __file__, str(data), "--tab", tab],
                env=environment,
                capture_output=True,
                text=True,
                timeout=TIMEOUT_S,
                check=True,
            )
            results.append(json.loads(done.stdout.splitlines()[-1]))
    return results


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tab", choices=TABS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.tab:
        print(json.dumps(open_tab(arguments.tab, f"file:{arguments.data.name}")))
        return
    if not arguments.data.is_file():  # the page would answer with a sentence, and at once
        parser.error(f"there is no file {arguments.data}.")
    results = all_tabs(arguments.data)
    if arguments.json:
        print(json.dumps(results, indent=1))
        return
    steps = ("cold", "warm", "label", "text")
    names = [*(f"{step}{unit}" for step in steps for unit in ("_s", "_cpu_s")), "peak_mb"]
    print(f"{'tab':<12}" + "".join(f"{name:>13}" for name in names))
    for line in results:
        figures = (f"{line[name]:>13.2f}" if name in line else f"{'':>13}" for name in names)
        print(f"{line['tab']:<12}" + "".join(figures))


if __name__ == "__main__":
    main()
