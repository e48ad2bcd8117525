"""The main job, end to end, with the real network: explore, train on the sample, predict."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from arxivtag.runs import registry
from arxivtag.ui.predict.examples import EXAMPLES
from tests.browser.conftest import Server, wait_until_idle

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
TRAINING_TIMEOUT_MS = 240_000
POINTS = "n => Number(document.querySelector('.at-live-chart')?.dataset.points ?? 0) > n"


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(re.compile(f"/{name}"))
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    wait_until_idle(page)


def test_explore_train_watch_predict(server: Server, open_page: Callable[..., Page]) -> None:
    page = open_page(server.url)
    go_to(page, "Explore")
    expect(page.get_by_text("synthetic").first).to_be_visible()
    expect(page.locator(".at-figures").first).to_contain_text("Papers kept")

    go_to(page, "Train")
    page.get_by_text("Settings", exact=True).click()
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill("3")
    epochs.press("Enter")
    wait_until_idle(page)
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile("run="), timeout=90_000)
    page.wait_for_function(POINTS, arg=0, timeout=TRAINING_TIMEOUT_MS)
    page.wait_for_function(POINTS, arg=3, timeout=TRAINING_TIMEOUT_MS)
    main = page.get_by_test_id("stMain")
    # Stands on the view of a run that is over, and only there.
    expect(main.get_by_role("link", name="All its figures")).to_be_visible(
        timeout=TRAINING_TIMEOUT_MS
    )
    (run,) = registry.list_runs(server.home)
    assert run.state == "finished"
    predict = main.get_by_role("link", name="Predict with this model")
    expect(predict).to_have_count(1)  # the page before may still be there
    predict.click()
    page.wait_for_url(re.compile(f"/Predict.*{run.run_id}"))
    page.get_by_label("Abstract", exact=True).fill(EXAMPLES[0].abstract)
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator(".at-sentence")).to_be_visible()
    expect(page.get_by_text("Top three:")).to_be_visible()
    assert "Traceback" not in server.log
