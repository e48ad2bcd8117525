"""Every preset that reads words in order, from click to explained tag, and one model of all."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from arxivtag.runs import registry
from arxivtag.settings import PRESET_NAMES
from arxivtag.ui.predict.examples import EXAMPLES
from tests.browser.conftest import Server, wait_until_idle

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(3600)]
TRAINING_TIMEOUT_MS = 900_000


def train(page: Page, url: str, preset: str) -> None:
    """Click a preset, ask for one epoch and few words, start, and see it train."""
    page.goto(f"{url}/Train")
    page.get_by_text(PRESET_NAMES[preset], exact=True).click()
    wait_until_idle(page)
    page.get_by_text("Settings", exact=True).click()
    for name, value in (("Epochs", "1"), ("Words read in order, at most", "40")):
        page.get_by_label(name, exact=True).fill(value)
        page.get_by_label(name, exact=True).press("Enter")
        wait_until_idle(page)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile("run="), timeout=90_000)
    page.wait_for_selector(".at-live-chart", timeout=TRAINING_TIMEOUT_MS)


def tag_and_explain(page: Page) -> None:
    """Wait for the model, tag an abstract with it, and see which words raised the label."""
    main = page.get_by_test_id("stMain")
    expect(main.get_by_role("link", name="All its figures")).to_be_visible(
        timeout=TRAINING_TIMEOUT_MS
    )
    predict = main.get_by_role("link", name="Predict with this model")
    expect(predict).to_have_count(1)  # the page before may still be there
    predict.click()
    page.wait_for_url(re.compile("/Predict"))
    page.get_by_label("Abstract", exact=True).fill(EXAMPLES[0].abstract, timeout=180_000)
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.get_by_text("Top three:")).to_be_visible()
    expect(page.locator(".at-marked mark").first).to_be_visible()


def test_from_click_to_explained_tag(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url)
    presets = ("cnn", "lstm", "transformer", "ensemble")
    for preset in presets:
        train(page, server.url, preset)
        tag_and_explain(page)
    runs = registry.list_runs(server.home)
    assert [run.preset for run in reversed(runs)] == list(presets)
    page.goto(f"{server.url}/Runs?compare={','.join(run.run_id for run in runs)}")
    page.get_by_role("button", name="Make one model of these").click()
    page.wait_for_url(re.compile("/Train.*run="), timeout=90_000)
    tag_and_explain(page)
    (made, *_) = registry.list_runs(server.home)
    assert made.preset == "cnn + ensemble + lstm + transformer"
    assert "Traceback" not in server.log
