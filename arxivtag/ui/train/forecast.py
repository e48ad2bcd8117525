"""What a training will take, before it starts: papers, parameters, time and memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st

from arxivtag.corpus.splits import check_enough_papers
from arxivtag.corpus.store import Corpus
from arxivtag.learning.model import LayerSummary, model_summary
from arxivtag.runs.admission import check_bytes, check_parameters, check_rows
from arxivtag.runs.estimate import estimate, expected_features, seconds_here
from arxivtag.runs.registry import Run, list_runs, read_run
from arxivtag.runs.status import FINISHED
from arxivtag.settings import CleaningConfig, RunConfig
from arxivtag.ui.frame import components, data
from arxivtag.ui.frame.memory import shared

_LOOKED_AT = 20  # finished runs, for how long one takes here


@dataclass(frozen=True)
class DataSize:
    """What the model's size and the estimate depend on.

    Attributes:
        n_papers: Papers that the cleaning keeps.
        n_distinct_words: Distinct words of their abstracts with punctuation, about: the share that
            the cleaning leaves is taken from words without.
        n_labels: Labels that they carry.
    """

    n_papers: int
    n_distinct_words: int
    n_labels: int


def render_forecast(settings: RunConfig, home: Path) -> None:
    """Show the network and what training it will take.

    Raises:
        ArxivTagError: If a run with these settings would be refused or could not succeed.
    """
    size = data_size(settings, home)
    n_features = expected_features(settings, size.n_distinct_words, size.n_papers)
    # Of the n-grams of real papers, a quarter of their number are distinct words.
    words = (n_features // 4, settings.vectorizer.max_length_words or 0)
    layers = model_summary(settings.model, n_features, size.n_labels, words)
    n_parameters = sum(layer.n_parameters for layer in layers)
    check_parameters(n_parameters)
    check_bytes(4 * n_parameters)
    expected = estimate(settings, size.n_papers, n_features, size.n_labels)
    seconds, n_runs = seconds_here(expected.seconds, _finished_runs(home))
    basis = (
        f"As long as your last {n_runs} runs of this size took, beside what was expected of them."
        if n_runs > 1
        else "As long as your last run of this size took, beside what was expected of it."
        if n_runs
        else "From the size of data and network, as measured on 2 cores; busy machines take longer."
    )
    components.metric_row(
        [
            ("Training papers", components.count_text(expected.n_train),
             "After cleaning, without those held out for validation and test; near-duplicates kept "
             "on one side may move a few."),
            ("Labels", components.count_text(size.n_labels)),
            ("Parameters", _large_text(n_parameters), "Numbers that the network learns."),
            ("Time, about", components.duration_text(seconds), basis),
            ("Memory, about", _memory_text(expected.memory_mb), "At the peak, while training."),
        ]
    )  # fmt: skip
    with st.expander("The network: layers and shapes", icon=":material/account_tree:"):
        _render_layers(layers, n_features, n_parameters)


def _finished_runs(home: Path) -> Iterator[Run]:
    """Yield the newest finished runs, each read when it is its turn."""
    finished = [run.run_id for run in list_runs(home) if run.state == FINISHED]
    return (read_run(run_id, home) for run_id in finished[:_LOOKED_AT])


def _render_layers(layers: Sequence[LayerSummary], n_features: int, n_parameters: int) -> None:
    rows = [("tf-idf (input)", n_features, 0)]
    rows += [(layer.name, layer.output_shape[-1] or 0, layer.n_parameters) for layer in layers]
    st.dataframe(
        {
            "Layer": [name for name, _, _ in rows],
            "Output shape": [f"papers × {width:,}" for _, width, _ in rows],
            "Parameters": [f"{count:,}" for _, _, count in rows],
        },
        hide_index=True,
        width="stretch",
        key="layers",
    )
    components.note(
        f"{n_parameters:,} parameters in all, {4 * n_parameters / 1e6:,.0f} MB as float32. "
        f"The vocabulary will hold about {n_features:,} n-grams; others are left out."
    )


def data_size(settings: RunConfig, home: Path) -> DataSize:
    """Return the size of the data a run would train on, counted once for all sessions.

    Raises:
        DataError: If there are too many papers, or the cleaning leaves too few.
    """
    corpus = data.corpus(settings.data, home)
    check_rows(corpus.name, corpus.n_papers)
    check_enough_papers(data.cleaned(corpus, settings.cleaning).report.n_after)
    return _data_size(corpus, settings.cleaning)


@shared(16, "Counting words …")
def _data_size(corpus: Corpus, cleaning: CleaningConfig) -> DataSize:
    cleaned = data.cleaned(corpus, cleaning)
    n_left = np.count_nonzero(corpus.tokens.counts("words", cleaned.kept))
    share = n_left / max(corpus.tokens.n_terms("words"), 1)
    n_words = round(share * corpus.report.n_spaced_words)
    return DataSize(cleaned.report.n_after, n_words, cleaned.report.n_labels)


def _large_text(number: int) -> str:
    return f"{number / 1e6:.1f} million" if number >= 1e6 else f"{number:,}"


def _memory_text(memory_mb: float) -> str:
    return f"{memory_mb / 1000:.1f} GB" if memory_mb >= 1000 else f"{memory_mb:.0f} MB"
