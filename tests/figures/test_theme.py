"""One template and one palette, readable on both pages and equal to the app's settings."""

from __future__ import annotations

import html
import re
import tomllib
from pathlib import Path

import pytest

from arxivtag import config
from arxivtag.figures.theme import (
    ACCENT,
    DIVERGING,
    PALETTE,
    SEQUENTIAL,
    TEMPLATE,
    new_figure,
    plain,
)

SETTINGS = tomllib.loads((config.PROJECT_FOLDER / ".streamlit/config.toml").read_text())


def luminance(color: str) -> float:
    """Relative luminance of a hex colour (WCAG 2.2)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two hex colours (WCAG 2.2)."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_agrees_with_known_ratios() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("color", [*PALETTE, ACCENT])
def test_lines_and_bars_show_on_both_pages(mode: str, color: str) -> None:
    background = SETTINGS["theme"][mode]["backgroundColor"]
    assert contrast(color, background) >= 3.0  # WCAG AA for graphics


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_and_buttons_meet_aa(mode: str) -> None:
    theme = SETTINGS["theme"][mode]
    backgrounds = [theme["backgroundColor"], theme["secondaryBackgroundColor"]]
    backgrounds += [theme["sidebar"]["backgroundColor"]]
    for background in backgrounds:
        assert contrast(theme["textColor"], background) >= 4.5
        assert contrast(theme["linkColor"], background) >= 4.5
    assert contrast(theme["primaryColor"], "#ffffff") >= 4.5  # a button's white text
    assert contrast(theme["primaryColor"], theme["backgroundColor"]) >= 3.0


def test_palette_is_the_one_in_the_settings() -> None:
    assert tuple(SETTINGS["theme"]["chartCategoricalColors"]) == PALETTE
    assert tuple(TEMPLATE.layout.colorway) == PALETTE
    assert len(set(PALETTE)) == len(PALETTE)


def test_settings_keep_the_app_private_and_plain() -> None:
    assert SETTINGS["server"]["address"] == "127.0.0.1"
    assert SETTINGS["server"]["maxUploadSize"] == config.Limits().max_upload_mb
    assert SETTINGS["browser"]["gatherUsageStats"] is False
    assert SETTINGS["client"]["showErrorDetails"] == "none"
    assert SETTINGS["client"]["showSidebarNavigation"] is False


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_scales_have_ten_steps(mode: str) -> None:
    assert len(SETTINGS["theme"][mode]["chartSequentialColors"]) == 10
    assert len(SETTINGS["theme"][mode]["chartDivergingColors"]) == 10


def test_scales_start_where_any_page_shows_through() -> None:
    assert SEQUENTIAL[0][1].endswith(",0.03)")
    assert [stop for stop, _ in DIVERGING] == [0.0, 0.5, 1.0]


def test_figures_carry_the_template() -> None:
    figure = new_figure(height=200)
    assert figure.layout.template.layout.colorway == tuple(PALETTE)
    assert figure.layout.height == 200
    titled = new_figure("x", height=200)
    assert titled.layout.template.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert (titled.layout.title.text, titled.layout.height) == ("x", 200)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("a & b", "a &amp; b"),
        ('<a href="x">y</a>', '&lt;a href="x"&gt;y&lt;/a&gt;'),
        ("cs.LG", "cs.LG"),
        ("&lt;", "&amp;lt;"),
    ],
)
def test_plain_leaves_plotly_nothing_to_interpret(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("text", ["$x$", "costs $5 or $6", "a $$ b $", "no formula"])
def test_plain_breaks_the_formula_rule(text: str) -> None:
    # As in plotly.js (svg_text_utils): anywhere in the text, not only at its ends.
    formula = re.compile(r"([^$]*)([$]+[^$]*[$]+)([^$]*)")
    assert not formula.match(plain(text))
    assert html.unescape(plain(text)) == text


def test_images_are_there_and_hold_no_script() -> None:
    for name in ("icon.svg", "logo.svg"):
        text = (Path(config.ASSETS_FOLDER) / "images" / name).read_text()
        assert "<svg" in text
        assert "script" not in text
