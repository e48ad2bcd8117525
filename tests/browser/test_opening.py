"""A large data set is read by a process of its own while the page says how far it is."""

from __future__ import annotations

import json
import os
import random
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server, start_server, wait_until_idle
from tests.corpus.test_apart import processes_reading
from tests.runs.conftest import wait_for

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
N_PAPERS = 20_000  # more than ten million characters: a process of its own reads them


def write_papers(path: Path) -> None:
    chance = random.Random(1)
    words = [f"word{number}" for number in range(2_000)]
    with path.open("w") as file:
        for number in range(N_PAPERS):
            abstract = " ".join(chance.choices(words, k=60))
            labels = chance.sample(["cs.LG", "cs.CV", "math.PR"], k=2)
            paper = {"title": f"Paper {number}", "abstract": abstract, "labels": labels}
            file.write(json.dumps(paper) + "\n")


@pytest.fixture(scope="module")
def reading_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("opening")
    path = folder / "large.jsonl"
    write_papers(path)
    running = start_server(folder / "home", folder / "logs", {"ARXIVTAG_DATA": str(path)})
    yield running
    running.stop()


def held_reading(home: Path) -> int:
    """Let the process that reads go no further from here on, and return its number."""
    wait_for(lambda: bool(processes_reading(home)))
    (number,) = processes_reading(home)
    os.kill(number, signal.SIGSTOP)
    return number


def wait_for_corpus(home: Path, page: Page) -> None:
    """Wait until the papers are in the store, and as long as a page takes to see it."""
    wait_for(lambda: bool(list(home.glob("corpora/*/report.json"))))
    page.wait_for_timeout(2_500)


def test_reading_is_shown_cancelled_and_done(reading_server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{reading_server.url}/Explore?data=file%3Alarge.jsonl")
    held_reading(reading_server.home)
    expect(page.get_by_text("The papers are read once")).to_be_visible(timeout=60_000)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("Reading the papers was stopped.")).to_be_visible(timeout=60_000)
    wait_for(lambda: not processes_reading(reading_server.home))
    page.get_by_role("button", name="Read them").click()
    reading = held_reading(reading_server.home)
    expect(page.get_by_text("The papers are read once")).to_be_visible(timeout=60_000)
    # A dialog that was opened meanwhile stays open when the papers are there.
    page.get_by_role("button", name="Add papers").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    os.kill(reading, signal.SIGCONT)
    wait_for_corpus(reading_server.home, page)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.locator(".at-figures").first).to_be_visible(timeout=60_000)
    wait_until_idle(page)
    expect(page.get_by_text("The papers are read once")).to_have_count(0)
    expect(page.get_by_test_id("stMain")).to_contain_text(f"{N_PAPERS:,}")
