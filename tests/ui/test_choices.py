"""Choices from the address: the address wins, nonsense gets a sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from arxivtag.ui.frame.choices import MAX_SHOWN_CHARS, resolve, shortened

OPTIONS = ("sample", "file:a.csv")


def test_the_address_wins_over_memory() -> None:
    choice = resolve("data set", "file:a.csv", "sample", OPTIONS, "sample")
    assert (choice.value, choice.notice) == ("file:a.csv", "")


def test_without_address_memory_holds() -> None:
    assert resolve("data set", None, "file:a.csv", OPTIONS, "sample").value == "file:a.csv"
    assert resolve("data set", None, None, OPTIONS, "sample").value == "sample"


def test_nonsense_in_the_address_gets_a_sentence_and_keeps_what_was_chosen() -> None:
    choice = resolve("data set", "../../etc/passwd", "file:a.csv", OPTIONS, "sample")
    assert choice.value == "file:a.csv"
    assert choice.notice.startswith("The address asks for the data set “../../etc/passwd”")


def test_a_choice_that_went_away_is_said() -> None:
    choice = resolve("model", None, "20260101-run", OPTIONS, "sample")
    assert choice.value == "sample"
    assert "no longer here" in choice.notice


@given(st.text(max_size=300))
def test_any_address_gives_an_option_and_a_bounded_sentence(asked: str) -> None:
    choice = resolve("model", asked, None, OPTIONS, "sample")
    assert choice.value in OPTIONS
    assert len(choice.notice) < 200
    assert "\n" not in choice.notice


def test_shortened_text_is_one_line_and_bounded() -> None:
    assert shortened("a\n b\t c") == "a b c"
    assert len(shortened("x" * 1000)) == MAX_SHOWN_CHARS
