"""Choices from the address: the address wins, nonsense gets a sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arxivtag.ui.frame.choices import MAX_SHOWN_CHARS, resolve, shortened

OPTIONS = ("sample", "file:a.csv")


def test_the_address_wins_over_memory() -> None:
    choice = resolve("data set", "file:a.csv", "sample", OPTIONS, "sample")
    assert choice == ("file:a.csv", "")


def test_without_address_memory_holds() -> None:
    assert resolve("data set", None, "file:a.csv", OPTIONS, "sample")[0] == "file:a.csv"
    assert resolve("data set", None, None, OPTIONS, "sample")[0] == "sample"


def test_nonsense_in_the_address_gets_a_sentence_and_keeps_what_was_chosen() -> None:
    value, notice = resolve("data set", "../../etc/passwd", "file:a.csv", OPTIONS, "sample")
    assert value == "file:a.csv"
    assert notice.startswith("The address asks for the data set “../../etc/passwd”")


def test_a_choice_that_went_away_is_said() -> None:
    value, notice = resolve("model", None, "20260101-run", OPTIONS, "sample")
    assert value == "sample"
    assert "no longer here" in notice


@given(st.text(max_size=300))
def test_any_address_gives_an_option_and_a_bounded_sentence(asked: str) -> None:
    value, notice = resolve("model", asked, None, OPTIONS, "sample")
    assert value in OPTIONS
    assert len(notice) < 200
    assert "\n" not in notice


def test_shortened_text_is_one_line_and_bounded() -> None:
    assert shortened("a\n b\t c") == "a b c"
    assert len(shortened("x" * 1000)) == MAX_SHOWN_CHARS
