"""The API while people use the app: milliseconds for one abstract, abstracts a second in batches.

    python -m benchmarks.api [--sessions 10] [--seconds 20]

Starts a server of its own. Texts are the examples of the Predict page, with a number in each so
that no two are the same.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import json
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from arxivtag.papers.uploads import save_upload
from arxivtag.ui.predict.examples import EXAMPLES
from benchmarks.people import own_papers
from benchmarks.sessions import Session, Tally
from tests.browser.conftest import Server, start_server
from tests.ui.demo_run import make_demo_run

BATCH = 256
N_CALLERS = 2  # of batches, as many as there are cores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        run_id = make_demo_run(home)
        uploads = [save_upload(*own_papers(number), home) for number in range(arguments.sessions)]
        server = start_server(home, Path(folder))
        try:
            tagged_one(server, 3.0)  # the model is loaded by then
            report = {"nobody else": measured(server, arguments.seconds)}
            with ThreadPoolExecutor(1) as pool:
                until = time.monotonic() + 2 * arguments.seconds
                using = pool.submit(asyncio.run, use_the_app(server.url, run_id, uploads, until))
                report[f"{arguments.sessions} sessions"] = measured(server, arguments.seconds)
                using.result()
        finally:
            server.stop()
    print(json.dumps(report, indent=2))


async def use_the_app(url: str, run_id: str, uploads: list[str], until: float) -> None:
    """Let a session in for each upload: it goes from page to page, and fails if one fails."""
    tally = Tally()
    await asyncio.gather(
        *(
            Session(number, url, run_id, upload, tally).live(until)
            for number, upload in enumerate(uploads)
        )
    )
    assert not tally.errors, tally.errors


def measured(server: Server, seconds: float) -> dict[str, float]:
    """Return the figures of one abstract after another, and then of batches side by side."""
    ms = 1000 * tagged_one(server, seconds)
    with ThreadPoolExecutor(N_CALLERS) as pool:
        n_tagged = sum(pool.map(lambda _: tagged_batches(server, seconds), range(N_CALLERS)))
    return {
        "n": len(ms),
        "median ms": round(float(np.median(ms)), 1),
        "p95 ms": round(float(np.percentile(ms, 95)), 1),
        "abstracts a second in batches": round(n_tagged / seconds),
    }


def tagged_one(server: Server, seconds: float) -> np.ndarray:
    """Tag one abstract after another over one connection; return the seconds of each."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    taken: list[float] = []
    until = time.perf_counter() + seconds
    for number in itertools.count():
        started = time.perf_counter()
        if started > until:
            return np.array(taken)
        asked(connection, [text(number)])
        taken.append(time.perf_counter() - started)
    raise AssertionError


def tagged_batches(server: Server, seconds: float) -> int:
    """Tag full requests one after another; return how many abstracts were tagged."""
    connection, n_tagged = http.client.HTTPConnection("127.0.0.1", server.port), 0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        asked(connection, [text(n_tagged + place) for place in range(BATCH)])
        n_tagged += BATCH
    return n_tagged


def text(number: int) -> str:
    """Return an abstract that is unlike the others."""
    return f"{EXAMPLES[number % len(EXAMPLES)].abstract} Trial {number}."


def asked(connection: http.client.HTTPConnection, abstracts: list[str]) -> None:
    """Ask for the labels of some abstracts, and check that there are as many answers."""
    body = json.dumps({"papers": [{"abstract": one} for one in abstracts]})
    connection.request("POST", "/api/v1/tag", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    said = json.loads(answer.read())
    assert answer.status == 200, said
    assert len(said["results"]) == len(abstracts)


if __name__ == "__main__":
    main()
