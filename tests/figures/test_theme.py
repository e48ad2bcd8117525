"""One template and one palette, readable on both pages and equal to the app's settings."""

from __future__ import annotations

import html
import itertools
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from arxivtag import config
from arxivtag.figures.paper_map import GROUPS
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


# Linear RGB as people with a colour vision deficiency see it: Machado, Oliveira and Fernandes 2009,
# severity 1.0.
DEFICIENCIES = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
}  # fmt: skip


def seen(color: str, deficiency: str) -> np.ndarray:
    """Return a colour in OKLab (Ottosson 2020) as it is seen."""
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.array(DEFICIENCIES[deficiency]) @ linear, 0, 1)
    to_cones = [
        (0.4122214708, 0.5363325363, 0.0514459929),
        (0.2119034982, 0.6806995451, 0.1073969566),
        (0.0883024619, 0.2817188376, 0.6299787005),
    ]
    to_lab = [
        (0.2104542553, 0.7936177850, -0.0040720468),
        (1.9779984951, -2.4285922050, 0.4505937099),
        (0.0259040371, 0.7827717662, -0.8086757660),
    ]
    return np.array(to_lab) @ np.cbrt(np.array(to_cones) @ linear)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_groups_on_a_map_are_told_apart_by_everybody(deficiency: str) -> None:
    places = [seen(color, deficiency) for color in GROUPS]
    closest = min(np.linalg.norm(a - b) for a, b in itertools.combinations(places, 2))
    assert closest > 0.08  # blue and sky, which this palette replaced, are 0.10 apart, others 0.01


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("color", GROUPS)
def test_groups_show_on_both_pages(mode: str, color: str) -> None:
    assert contrast(color, SETTINGS["theme"][mode]["backgroundColor"]) >= 3.0
