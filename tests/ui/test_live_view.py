"""What is said of a run that waits; the live view itself is held in test_runs_view.py."""

from __future__ import annotations

import pytest

from arxivtag.ui.train.live_view import waiting_text


@pytest.mark.parametrize(
    ("waiting", "n_running", "shown", "text"),
    [
        (("a", "b"), 1, "x", "Place 2 of 2 in the queue. It begins by itself when x has ended."),
        (("a", "b"), 1, None,
         "Place 2 of 2 in the queue. It begins by itself when the run that trains now has ended."),
        (("a", "b"), 2, "x",
         "Place 2 of 2 in the queue. It begins by itself when one of the 2 runs that train has "
         "ended."),
        (("b",), 0, None, "Place 1 of 1 in the queue. It begins by itself in a moment."),
        # It has left the queue since its state was read.
        ((), 1, "b", "It is its turn: it begins in a moment."),
    ],
)  # fmt: skip
def test_a_waiting_runs_place(
    waiting: tuple[str, ...], n_running: int, shown: str | None, text: str
) -> None:
    assert waiting_text("b", waiting, n_running, shown) == text
