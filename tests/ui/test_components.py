"""Shared parts: numbers, badges, and text from data that stays text."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.io.formats.style import Styler
from streamlit.testing.v1 import AppTest

from arxivtag.errors import counted
from arxivtag.ui.frame import components, tables


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "< 0.1 %"),
        (0.0004, "< 0.1 %"),
        (0.0049, "0.5 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.834, "83 %"),
        (0.994, "99 %"),
        (0.9999, "> 99 %"),
    ],
)
def test_probabilities_are_rounded_to_what_they_bear(share: float, text: str) -> None:
    assert components.probability_text(share) == text


@pytest.mark.parametrize(
    ("seconds", "text", "measured"),
    [
        (None, "", ""),
        (0.42, "0 s", "0.4 s"),
        (9.97, "10 s", "10 s"),
        (59.4, "59 s", "59 s"),
        (59.7, "1 min", "1 min"),
        (200, "3 min 20 s", "3 min 20 s"),
        (7_500, "2 h 5 min", "2 h 5 min"),
        (7_201, "2 h", "2 h"),
    ],
)
def test_durations(seconds: float | None, text: str, measured: str) -> None:
    assert components.duration_text(seconds) == text
    assert components.duration_text(seconds, tenths=True) == measured


def test_a_count_with_its_noun() -> None:
    assert counted(1, "paper") == "1 paper"
    assert counted(2000, "row") == "2,000 rows"
    assert counted(2, "run waits", "runs wait") == "2 runs wait"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Could not read /srv/data/papers.csv.", "Could not read papers.csv."),
        ("Could not read '/srv/my data/papers.csv'.", "Could not read 'papers.csv'."),
        ("/srv/x/a.csv and (/srv/y/b.csv)", "a.csv and (b.csv)"),
        ("{home}/runs/run-a/x: gone", "x: gone"),
        ("No room in {home}.", "No room in …."),
        ("See https://arxiv.org/abs/1 and/or 1/2/3.", "See https://arxiv.org/abs/1 and/or 1/2/3."),
    ],
)
def test_visitors_see_names_of_files_and_no_folders(
    home: Path, monkeypatch: pytest.MonkeyPatch, text: str, shown: str
) -> None:
    text = text.replace("{home}", str(home))
    assert components.without_paths(text) == text
    monkeypatch.setenv("ARXIVTAG_VISITORS", "1")
    assert components.without_paths(text) == shown


def test_counts_and_shares() -> None:
    assert components.count_text(38_209) == "38,209"
    assert components.percent_text(0.9778) == "97.8 %"


def test_shares_in_a_table_are_written_as_in_a_sentence_and_stay_what_they_are() -> None:
    looks = {"share": tables.share("Share"), "fine": tables.share("Fine", digits=2),
             "f1": tables.bar("F1", "%.2f"), "n": tables.count("Papers")}  # fmt: skip
    frame = pd.DataFrame({"share": [0.85555, 0.87, None], "fine": 0.85555, "f1": 0.12345, "n": 3})
    shown = tables.with_percents(frame, looks)
    assert isinstance(shown, Styler)
    assert shown.data is frame
    written = re.findall(r">\s*([\d.]+ %|–)\s*</td>", shown.to_html())
    assert written == ["85.6 %", "85.56 %", "87.0 %", "85.56 %", "–", "85.56 %"]
    assert tables.with_percents(frame, {"n": looks["n"]}) is frame


def test_badges_escape_labels_and_name_them() -> None:
    badges = components.badges_html(["cs.CV", "<img src=x onerror=alert(1)>"], strong=["cs.CV"])
    assert "Computer Vision and Pattern Recognition" in badges
    assert "<img" not in badges
    assert 'class="at-badge strong"><b>cs.CV</b>' in badges


def test_csv_joins_labels_and_runs_nothing() -> None:
    frame = pd.DataFrame(
        {"title": ["=1+1", "fine"], "labels": [("cs.LG", "cs.CV"), ()], "n": [1, 2]}
    )
    text = components.csv_bytes([frame[:1], frame[1:]]).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["title", "labels", "n"], ["'=1+1", "cs.LG; cs.CV", "1"], ["fine", "", "2"]]


HOSTILE = [
    "<script>alert(1)</script>",
    "![x](http://example.org/x.png)",
    "[a](javascript:alert(1))",
    ":red[loud] and :material/home: and :smile:",
    "# heading",
    "*a* _b_ `c` ~d~ **e**",
    "costs $5 and $6",
    "a -> b <- c -- d >= e",
    "&lt;b&gt; &#58;",
    "1. one",
    "- item",
    "| a | b |",
    "http://example.org www.example.org a@example.org",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_safe_text_escapes_all_of_markdown(text: str) -> None:
    escaped = components.safe_text(text)
    seen = escaped.replace(components.WORD_JOINER, "")
    # Every piece of ASCII punctuation stands behind a backslash, so none of it has a meaning.
    for before, character in zip(" " + seen, seen, strict=False):
        if not character.isalnum() and character.isascii() and character not in " \\":
            assert before == "\\", (escaped, character)
    assert seen.replace("\\", "") == text.replace("\\", "")


@given(st.text(max_size=200))
def test_safe_text_keeps_the_words(text: str) -> None:
    escaped = components.safe_text(text).replace(components.WORD_JOINER, "")
    shown = []
    position = 0
    while position < len(escaped):
        position += escaped[position] == "\\"
        shown.append(escaped[position])
        position += 1
    expected = " ".join(text.replace(components.WORD_JOINER, "").split())
    assert "".join(shown) == expected


def test_math_text_sets_formulas_and_escapes_the_rest() -> None:
    shown = components.math_text("A *bound* of $O(n^2)$ for [x](y)")
    assert shown == r"A \*bound\* of $O(n^2)$ for \[x\]\(y\)"


@pytest.mark.parametrize(
    "text", ["costs $5 and $6", "$ a $$ b", "no `$x$` $", "$" + "x" * 400 + "$"]
)
def test_math_text_leaves_amounts_and_odd_dollars_alone(text: str) -> None:
    shown = components.math_text(text)
    inside = shown.replace("\\$", "")
    assert "$" not in inside or inside.count("$") % 2 == 0


def test_plain_html_shows_markup_as_typed() -> None:
    def script() -> None:
        from arxivtag.ui.frame import components

        components.plain_html("<b>x</b> & $y$")
        components.empty_state("<i>a</i>", "<i>b</i>")

    app = AppTest.from_function(script, default_timeout=30).run()
    shown = [str(element.value) for element in app.get("html")]
    assert "&lt;b&gt;x&lt;/b&gt; &amp; $y$" in shown[0]
    assert html.escape("<i>b</i>") in shown[1]


def test_errors_show_message_and_hint_without_traceback() -> None:
    def script() -> None:
        import streamlit as st

        from arxivtag.errors import DataError
        from arxivtag.ui.frame.errors import guarded

        with guarded():
            raise DataError("The file <b>x</b> is empty.", "Choose another.")
        st.write("the page goes on")

    app = AppTest.from_function(script, default_timeout=30).run()
    assert not app.exception
    assert app.error[0].value == "The file \\<b\\>x\\<\\/b\\> is empty\\.\n\nChoose another\\."
    assert app.markdown[0].value == "the page goes on"
