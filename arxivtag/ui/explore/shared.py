"""What the tabs of the Explore page share: the data set in view, inputs, and small texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import streamlit as st

from arxivtag.corpus.arrays import Ints, Rows
from arxivtag.corpus.cleaning import Cleaned
from arxivtag.corpus.labels import LabelIndex
from arxivtag.corpus.splits import SplitRows, split_rows
from arxivtag.corpus.store import Corpus
from arxivtag.exploring.filters import PaperFilter
from arxivtag.settings import CleaningConfig, RunConfig, SplitBy, SplitConfig
from arxivtag.ui.frame import components, data
from arxivtag.ui.frame.memory import shared

LABELS_KEY, PAPER_KEY = "labels", "paper"
Option = TypeVar("Option")


@dataclass(frozen=True)
class View:
    """The data set and the rows of it that the reader looks at.

    Attributes:
        cleaned: What the Keras example's cleaning keeps of it.
        rows: (n_papers,) mask of the rows in view.
        chosen: The filter behind ``rows``.
        model: The model in use: the id of a run, or ``pretrained``.
    """

    corpus: Corpus
    cleaned: Cleaned
    rows: Rows
    chosen: PaperFilter
    model: str = ""

    @property
    def n_rows(self) -> int:
        """How many rows are in view."""
        return int(self.rows.sum())

    @property
    def is_whole(self) -> bool:
        """Whether nothing is filtered: the rows are those that cleaning keeps."""
        return self.chosen.is_open and bool((self.rows == self.cleaned.kept).all())

    @cached_property
    def labels(self) -> LabelIndex:
        """The labels of the rows in view."""
        return self.corpus.labels.of(self.rows)

    @cached_property
    def lengths(self) -> Ints:
        """(n_rows,) words of each abstract in view."""
        return self.corpus.n_words[self.rows]


@shared(4, "Splitting the papers …")
def split_of(corpus: Corpus, split_by: SplitBy = "chance") -> SplitRows:
    """Return how training would divide the papers that cleaning keeps."""
    cleaned = data.cleaned(corpus, CleaningConfig())
    return split_rows(corpus, cleaned, SplitConfig(split_by=split_by), RunConfig().random_seed)


def nothing_in_view(view: View) -> bool:
    """Say so when no row is in view, and return whether that is so."""
    if view.n_rows:
        return False
    if view.chosen.is_open:
        components.empty_state(
            "No paper is left after cleaning.",
            "Choose “All rows as read” under Filters; the Cleaning tab says what removed them.",
        )
    else:
        components.empty_state(
            "No paper passes these filters.", "Take one away, or clear them all above."
        )
    return True


def one_of(
    heading: str,
    options: Mapping[Option, str],
    key: str,
    *,
    default: Option,
    help: str | None = None,
    on_change: Callable[[], None] | None = None,
) -> Option:
    """Let the reader choose one of a few options, given with their texts; the address keeps it."""
    chosen: Option | None = st.segmented_control(
        heading,
        list(options),
        default=default,
        required=True,
        format_func=options.__getitem__,
        key=key,
        help=help,
        on_change=on_change or "rerun",
        bind="query-params",
    )
    return default if chosen is None else chosen


def number_input(
    heading: str, key: str, *, default: int, most: int, step: int = 1, help: str | None = None
) -> int:
    """Let the reader choose a whole number from 1 to ``most``; the address keeps it."""
    chosen = st.number_input(
        heading,
        min_value=1,
        max_value=most,
        value=default,
        step=step,
        key=key,
        help=help,
        bind="query-params",
        width=260,
    )
    return int(chosen)


def file_part(text: str) -> str:
    """Return ``text`` as a part of a file name: letters, digits, dots and dashes."""
    return re.sub(r"[^\w.-]+", "-", text).strip("-.") or "label"
