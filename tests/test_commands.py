"""What commands print for people."""

from __future__ import annotations

import io
import sys

import pytest

from arxivtag.commands import number, plain, progress


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12_345.6, "12,346"), (1_234.5, "1,234"), (99.5, "99.5"), (0.123456, "0.1235"),
        (0.0, "0"), (38_209, "38,209"), (True, "True"), ("cs.LG", "cs.LG"), (None, "None"),
    ],
)  # fmt: skip
def test_numbers_are_printed_as_people_read_them(value: object, text: str) -> None:
    assert number(value) == text


def test_a_dictionary_is_printed_as_aligned_lines_without_nested_values() -> None:
    assert (
        plain({"n": 1_000, "seconds": 61_000.4, "labels": ["a"]})
        == "n        1,000\nseconds  61,000"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_one_line_a_stage_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, file = Terminal(), io.StringIO()
    for stream in (screen, file):
        monkeypatch.setattr(sys, "stderr", stream)
        line = progress()
        line("Reading: 100 rows", 0.11)
        line("Reading: 200 rows, about 40 s left", 0.12)
        line("Looking", 0.3)
    rewritten = "\x1b[A\r\x1b[KReading: 200 rows, about 40 s left  12%\n"
    assert screen.getvalue() == f"Reading: 100 rows  11%\n{rewritten}Looking  30%\n"
    assert file.getvalue() == "Reading: 100 rows  11%\nLooking  30%\n"
