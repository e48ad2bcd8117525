"""What commands print for people."""

from __future__ import annotations

import pytest

from arxivtag.commands import number, plain


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
