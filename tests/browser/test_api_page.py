"""The page at /api: it describes the API from its own document, and asks it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = pytest.mark.browser


def test_one_can_read_about_the_api_and_ask_it(
    server: Server, open_page: Callable[..., Page]
) -> None:
    page = open_page(f"{server.url}/api")
    expect(page.get_by_role("heading", name="POST /api/v1/tag")).to_be_visible()
    expect(page.get_by_role("row", name="abstract")).to_contain_text("characters up to 50,000")
    expect(page.locator("#curl")).to_contain_text(f"{server.url}/api/v1/tag")
    page.get_by_role("button", name="Tag it").click()
    answer = page.locator("#answer table tr")
    expect(answer).to_have_count(1 + 5)
    expect(answer.nth(1)).to_contain_text("Machine Learning")
    page.get_by_label("Most labels").fill("2")
    page.get_by_role("button", name="Tag it").click()
    expect(answer).to_have_count(1 + 2)
    page.get_by_label("Most labels").fill("")
    page.get_by_label("Abstract").fill("xyzzy")
    page.get_by_role("button", name="Tag it").click()
    expect(page.locator("#answer")).to_contain_text("No label is probable enough")
