"""What goes to browsers for a map: typed arrays, packed texts, and what comes back."""

from __future__ import annotations

import base64
import gzip
import json

import numpy as np
import pandas as pd
import pytest

from arxivtag.exploring.map_groups import Grouping
from arxivtag.exploring.paper_map import Outline
from arxivtag.figures.paper_map import GROUPS, SPANS, colors_of, map_figure
from arxivtag.papers import facts
from arxivtag.ui.browser import paper_map
from arxivtag.ui.browser.paper_map import MAX_BYTES, pack_points
from arxivtag.ui.home import glance

PLACES = np.array([[0, 5], [300, 6], [30_000, 7]], np.int16)


def unpacked(text: str) -> bytes:
    return base64.b64decode(text)


def test_points_travel_as_typed_arrays_with_their_texts() -> None:
    lines = [("A\ttitle\nover lines", "cs.CV, cs.LG", "2026"), ("B", "", ""), ("C", "x y", "1999")]
    sent = pack_points("three", PLACES, lines)
    assert np.frombuffer(unpacked(sent["x"]), "<i2").tolist() == [0, 300, 30_000]
    assert np.frombuffer(unpacked(sent["y"]), "<i2").tolist() == [5, 6, 7]
    texts = gzip.decompress(unpacked(sent["texts"])).decode()
    assert texts == "A title over lines\tcs.CV, cs.LG\t2026\nB\t\t\nC\tx y\t1999"


def test_twenty_thousand_long_titles_are_cut_to_what_may_be_sent() -> None:
    random = np.random.default_rng(0)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz "))
    titles = ["".join(random.choice(letters, 150)) for _ in range(20_000)]
    places = random.integers(0, 30_000, (20_000, 2)).astype(np.int16)
    sent = pack_points("many", places, ((title, "cs.LG, cs.CV", "2024") for title in titles))
    assert len(json.dumps(sent)) < 1_500_000
    first = gzip.decompress(unpacked(sent["texts"])).decode().split("\n")[0].split("\t")[0]
    assert first.endswith("…")


def test_arxivs_map_is_small_enough_to_send() -> None:
    arxiv = facts.load_map()
    points = glance._points(arxiv.papers)
    assert len(json.dumps(points)) < MAX_BYTES / 2
    texts = gzip.decompress(unpacked(points["texts"])).decode().split("\n")
    assert len(texts) == len(arxiv.papers)
    look = glance._look(arxiv)
    assert len(look.grouping.codes) == len(arxiv.papers)
    row = int(np.flatnonzero(look.grouping.codes == 2)[0])
    assert look.grouping.names[2] == arxiv.papers["group"].iloc[row]


def test_names_of_regions_are_no_html_of_their_own() -> None:
    regions = pd.DataFrame(
        {"area": ["x"], "name": ["Computer <b>Vision</b>"], "x": [10], "y": [20]}
    )
    (name,) = map_figure(regions).layout.annotations
    assert name.text == "Computer<br>&lt;b&gt;Vision&lt;/b&gt;"


def test_what_belongs_to_no_group_is_grey() -> None:
    codes = np.zeros(1, np.uint8)
    rest = colors_of(Grouping(("a", "b", "other"), codes, has_rest=True))
    assert rest == [*GROUPS[:2], GROUPS[-1]]
    assert colors_of(Grouping(("a", "b"), codes)) == list(GROUPS[:2])
    spans = colors_of(Grouping(("1999", "2000", "no date"), codes, ordered=True, has_rest=True))
    assert spans == [*SPANS[:2], GROUPS[-1]]


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ([[0, 0], [9, 0], [9, 9]], [((0, 0), (9, 0), (9, 9))]),
        ([], [()]),
        (None, []),
        ("text", []),
        ([[1.5, "x"]], []),
        ([[0, 0]] * 1000, []),
    ],
)
def test_only_an_outline_is_heard(sent: object, heard: list[Outline]) -> None:
    said: list[Outline] = []
    paper_map._tell_outline(sent, said.append)
    assert said == heard
