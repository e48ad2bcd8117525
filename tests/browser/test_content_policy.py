"""What a page may not load or run. That pages still work is told by every other test here:

a violation is an error in the console, and :func:`open_page` lets none pass.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from arxivtag.web.guard import content_policy
from tests.browser.conftest import Server, be_patient

pytestmark = pytest.mark.browser

# What a text from outside would do if it ever got into a page as HTML.
ATTACK = """async () => {
  const refused = [];
  document.addEventListener("securitypolicyviolation",
    (event) => refused.push(event.effectiveDirective));
  const add = (tag, values) => document.body.append(
    Object.assign(document.createElement(tag), values));
  add("script", { textContent: "window.hit = true" });
  add("div", { innerHTML: '<img src="data:," onerror="window.hit = true">' });
  add("script", { src: "https://elsewhere.example/a.js" });
  add("img", { src: "https://elsewhere.example/a.png" });
  add("iframe", { src: "https://elsewhere.example/" });
  await fetch("https://elsewhere.example/").catch(() => {});
  for (let waited = 0; waited < 3 || (refused.length < 5 && waited < 600); waited += 1)
    await new Promise((done) => setTimeout(done, 100));
  return [Boolean(window.hit), [...new Set(refused)].sort()];
}"""


def test_nothing_from_elsewhere_runs_or_is_loaded(server: Server, browser: Browser) -> None:
    for path, heading in (("/Predict", "Predict"), ("/api", "API")):
        page = browser.new_page()  # its errors are wanted
        be_patient(page.context)
        page.goto(server.url + path)
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        was_hit, refused = page.evaluate(ATTACK)
        assert not was_hit
        assert refused == [
            "connect-src", "frame-src", "img-src", "script-src-attr", "script-src-elem",
        ]  # fmt: skip
        page.close()


def test_the_policy_names_what_may_show_a_page() -> None:
    said = content_policy(["https://portal.example.org"]).split("; ")
    assert "frame-ancestors 'self' https://portal.example.org" in said
    assert "default-src 'self'" in said
    unsafe = {one.split(" ")[0]: [word for word in one.split(" ") if "unsafe" in word]
              for one in said}  # fmt: skip
    assert {name: words for name, words in unsafe.items() if words} == {
        "script-src": ["'unsafe-eval'"],  # maps of papers: see content_policy
        "style-src": ["'unsafe-inline'"],
    }
