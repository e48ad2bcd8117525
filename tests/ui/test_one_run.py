"""What is said of a run that waits; the live view itself is held in test_runs_view.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from arxivtag.learning.space import to_bytes
from arxivtag.runs import registry
from arxivtag.runs.history import History
from arxivtag.runs.space import Space
from arxivtag.settings import PRESETS
from arxivtag.ui.train.one_run import waiting_text
from arxivtag.ui.train.watching import early_end_text, space_table
from tests.runs.conftest import make_run


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


def test_an_early_end_is_told(home: Path) -> None:
    def told(state: str, n_done: int, preset: str = "tuned") -> str:
        run_id = f"{preset}-{state}-{n_done}"
        make_run(home, run_id, state, PRESETS[preset])
        losses = [0.07, 0.06, 0.08, 0.09, 0.1]
        epochs = [
            {"epoch": place + 1, "n_epochs": 5, "val_loss": loss}
            for place, loss in enumerate(losses[:n_done])
        ]
        return early_end_text(registry.read_run(run_id, home), History(epochs=tuple(epochs)))

    assert told("finished", 4) == (
        "Training ended after 4 of 5 epochs: the loss on validation papers was lowest after epoch "
        "2. The model is that of the best epoch."
    )
    assert told("finished", 5) == told("stopped", 3) == told("finished", 0) == ""


def test_the_label_space_as_a_table() -> None:
    packed = to_bytes(np.array([[[1, 0, 0, 0], [0, 0, 0.25, 0]]], np.float32))
    names = ("cs.CV", "cs.LG", "cs.CL", "stat.ML")
    space = Space(names, ("a", "b"), ((0,), (2, 1)), np.ones(1, np.float32), packed)
    table = space_table(space)
    assert table["labels"].tolist() == ["cs.CV", "cs.CL cs.LG"]
    # Four labels stand at the top, right, bottom and left of a circle of radius 1.
    np.testing.assert_allclose(table[["x", "y"]], [[0, 1], [0, -1]], atol=1e-6)
    np.testing.assert_allclose(table["cs.CL"], [0, 0.25], atol=0.004)
