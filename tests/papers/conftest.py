"""Fixtures of the papers' tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import pytest

from tests.papers.server import Server, running_server


@pytest.fixture
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


def make_papers(
    rows: Sequence[tuple[str, str, Sequence[str]]],
) -> pd.DataFrame:
    """Return papers from (title, abstract, labels)."""
    frame = pd.DataFrame(
        {
            "title": pd.array([title for title, _, _ in rows], dtype="str"),
            "abstract": pd.array([abstract for _, abstract, _ in rows], dtype="str"),
        }
    )
    frame["labels"] = pd.Series([tuple(labels) for _, _, labels in rows], dtype=object)
    return frame
