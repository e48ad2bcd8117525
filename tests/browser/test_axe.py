"""Every page and state, light and dark: nothing serious for axe, and contrast of 4.5:1.

axe-core computes the contrast of HTML alone, so texts of charts, which are SVG, are computed here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from arxivtag.runs import jobs
from tests.browser.conftest import Server, eventually, start_server, stop_jobs, wait_until_idle
from tests.browser.test_runs import finished_run
from tests.runs.conftest import FAKE_FOLDER, fake_config, make_run
from tests.ui.demo_run import RUN_ID
from tests.ui.evaluated_run import make_evaluated_run

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]

GRAVE = ("serious", "critical")
# What is Streamlit's own and cannot be changed by our style or settings: rule, part of the
# element's HTML, why.
STREAMLITS_OWN: tuple[tuple[str, str, str], ...] = ()
LEAST_CONTRAST = 4.5
PALE = ".js-plotly-plot .ytick.ytick text { fill: #999 !important } p.at-lead { color: #aaa }"
OTHER_RUN = "20260103-000000-bbbb"
FAILED_RUN = "20251130-000000-oops"
# Each state: its address, what is pressed there by role and name, and whether it takes long.
STATES: dict[str, tuple[str, tuple[tuple[str, str], ...], bool]] = {
    "home": ("", (), False),
    "overview": ("Explore", (), False),
    "labels": ("Explore?tab=Labels", (), True),
    "train": ("Train", (), False),
    "predict": ("Predict", (), False),
    "runs": ("Runs", (), False),
    "api": ("api", (), True),
    "duplicates": ("Explore?tab=Duplicates", (), True),
    "terms": ("Explore?tab=Terms", (), True),
    "lengths": ("Explore?tab=Lengths", (), True),
    "papers": ("Explore?tab=Papers&search=segmentation", (), True),
    "nothing in view": ("Explore?tab=Papers&search=xyzzy", (), True),
    "cleaning": ("Explore?tab=Cleaning", (), True),
    "train, settings": ("Train", (("text", "Settings"),), True),
    "train, ended": (f"Train?run={OTHER_RUN}", (), True),
    "train, failed": (f"Train?run={FAILED_RUN}", (), True),
    "no such run": ("Train?run=nonsense", (), True),
    "similar": (f"Predict?model={RUN_ID}", (("tab", "Similar papers"),), True),
    "opinion": ("Predict", (("tab", "Second opinion"),), True),
    "many": ("Predict", (("tab", "Many at once"),), True),
    "along": ("Predict", (("tab", "Take the model along"),), True),
    "run": (f"Runs?run={RUN_ID}", (), True),
    **{
        f"run, {tab}": (f"Runs?run={RUN_ID}", (("tab", tab),), True)
        for tab in ("Labels", "Curves", "Confusions", "Thresholds", "Calibration", "Errors")
    },
    "two runs": (f"Runs?compare={RUN_ID},{OTHER_RUN}", (), True),
    "sweep": ("Runs?sweep=20260104-sweep", (), True),
    "adding papers": ("Explore", (("button", "Add papers"),), True),
}
GROUND_JS = (
    "() => getComputedStyle(document.querySelector('.stApp') ?? document.body).backgroundColor"
)
# Of texts of charts that lie on the page: the contrast of each with what is behind the chart.
CHART_TEXTS_JS = """() => {
  const channels = (colour) => {
    const pen = Object.assign(document.createElement("canvas"), { width: 1, height: 1 })
      .getContext("2d");
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const found = [];
  for (const text of document.querySelectorAll(".js-plotly-plot svg text")) {
    const style = getComputedStyle(text), box = text.getBoundingClientRect();
    const onPage = !text.closest(".bars, .textpoint, .hoverlayer, .annotation-text-g");
    const isSeen = text.textContent.trim() && box.width && style.visibility !== "hidden";
    if (!onPage || !isSeen) continue;
    const back = behind(text.closest(".js-plotly-plot")), front = channels(style.fill);
    let opacity = front[3] * Number(style.fillOpacity);
    for (let at = text; at && !at.matches(".js-plotly-plot"); at = at.parentElement)
      opacity *= Number(getComputedStyle(at).opacity);
    const mixed = [0, 1, 2].map((i) => opacity * front[i] + (1 - opacity) * back[i]);
    const [less, more] = [luminance(mixed), luminance(back.slice(0, 3))].sort((a, b) => a - b);
    found.push([text.textContent, (more + 0.05) / (less + 0.05)]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def full_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a run in each state, one of them evaluated, two of them a sweep."""
    folder = tmp_path_factory.mktemp("axe")
    home = folder / "home"
    make_evaluated_run(home)
    finished_run(home, OTHER_RUN, "linear", 0.69)
    make_run(home, FAILED_RUN, "failed", message="It broke.", hint="Try again.")
    make_run(home, "20260104-000000-cccc", "finished", sweep="20260104-sweep")
    make_run(home, "20260104-000000-dddd", "stopped", sweep="20260104-sweep")
    environment = {"PYTHONPATH": str(FAKE_FOLDER), "FAKE_SECONDS_PER_EPOCH": "1.0"}
    running = start_server(home, folder / "logs", environment)
    yield running
    running.stop()
    stop_jobs(running.home)


def settled(page: Page) -> None:
    """Wait until the page stands: its heading, no script under way, no skeleton."""
    expect(page.locator("h1").first).to_be_visible()
    if page.get_by_test_id("stApp").count():
        wait_until_idle(page)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def graves(page: Page, rules: dict[str, Any] | None = None) -> list[str]:
    """Return what axe finds serious or critical, and texts of charts that are too pale."""
    options = {"resultTypes": ["violations"], **(rules or {})}
    violations = Axe().run(page, options=options).response["violations"]
    found = [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for fault in violations
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
        if not any(fault["id"] == rule and part in node["html"] for rule, part, _ in STREAMLITS_OWN)
    ]
    pale = [
        f"{text} {ratio:.2f}"
        for text, ratio in page.evaluate(CHART_TEXTS_JS)
        if ratio < LEAST_CONTRAST
    ]
    return found + [f"pale in a chart: {text}" for text in pale]


def nothing_is_grave(page: Page, rules: dict[str, Any] | None = None) -> None:
    """Fail on what stays grave: while a page changes, what goes is pale."""

    def look() -> None:
        assert graves(page, rules) == []

    eventually(page, look)


def nothing_is_grave_in_light_and_dark(page: Page) -> None:
    """Fail on grave findings in both; in the dark only colours are others."""
    settled(page)
    nothing_is_grave(page)
    was = page.evaluate(GROUND_JS)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(was) => ({GROUND_JS})() !== was", arg=was)
    page.wait_for_timeout(500)  # colours glide
    nothing_is_grave(page, {"runOnly": ["color-contrast"]})


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if is_long else [])
        for name, (_, _, is_long) in STATES.items()
    ],
)
def test_nothing_serious(full_server: Server, open_page: OpenPage, name: str) -> None:
    path, pressed, _ = STATES[name]
    page = open_page(f"{full_server.url}/{path}")
    settled(page)
    for role, called in pressed:
        by = page.get_by_test_id("stMain").get_by_text(called, exact=True)
        (by if role == "text" else page.get_by_role(role, name=called, exact=True)).first.click()  # type: ignore[arg-type]
        settled(page)
    nothing_is_grave_in_light_and_dark(page)


@pytest.mark.slow
def test_nothing_serious_while_it_trains(
    full_server: Server, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(FAKE_FOLDER))
    monkeypatch.setenv("FAKE_SECONDS_PER_EPOCH", "1.0")
    run_id = jobs.start(fake_config(200), full_server.home)
    page = open_page(f"{full_server.url}/Train?run={run_id}")
    expect(page.locator(".at-space[data-frame]")).to_be_visible()
    nothing_is_grave_in_light_and_dark(page)
    jobs.stop(run_id, full_server.home)


def test_pale_texts_are_found(full_server: Server, open_page: OpenPage) -> None:
    page = open_page(f"{full_server.url}/Explore")
    expect(page.locator(".js-plotly-plot .ytick text").first).to_be_visible()
    page.add_style_tag(content=PALE)

    def both_are_found() -> None:
        found = graves(page)
        assert any(one.startswith("pale in a chart") for one in found)
        assert any("at-lead" in one for one in found)

    eventually(page, both_are_found)
