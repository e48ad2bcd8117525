"""What a training will take, before it starts: papers, parameters, time and memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from arxivtag.corpus.splits import check_enough_papers
from arxivtag.corpus.store import Corpus
from arxivtag.learning.network import LayerSummary, model_summary
from arxivtag.runs.admission import check_bytes, check_parameters, check_rows
from arxivtag.runs.estimate import estimate, expected_features, seconds_here
from arxivtag.runs.registry import list_runs, read_run
from arxivtag.runs.status import FINISHED
from arxivtag.settings import CleaningConfig, RunConfig
from arxivtag.ui.frame import components, data
from arxivtag.ui.frame.memory import shared

_LOOKED_AT = 20  # finished runs, for how long one takes here


def render_forecast(settings: RunConfig, home: Path) -> None:
    """Show the network and what training it will take.

    Raises:
        ArxivTagError: If a run with these settings would be refused or could not succeed.
    """
    corpus = data.corpus(settings.data, home)
    check_rows(corpus.name, corpus.n_papers)
    left = data.cleaned(corpus, settings.cleaning).report
    check_enough_papers(left.n_after)
    n_words = distinct_words(corpus, settings.cleaning)
    n_features = expected_features(settings, n_words, left.n_after)
    # Of the n-grams of real papers, a quarter of their number are distinct words.
    words = (n_features // 4, settings.vectorizer.max_length_words or 0)
    layers = model_summary(settings.model, n_features, left.n_labels, words)
    n_parameters = sum(layer.n_parameters for layer in layers)
    check_parameters(n_parameters)
    check_bytes(4 * n_parameters)
    expected = estimate(settings, left.n_after, n_features, left.n_labels)
    finished = [run.run_id for run in list_runs(home) if run.state == FINISHED][:_LOOKED_AT]
    read_in_turn = (read_run(run_id, home) for run_id in finished)
    seconds, n_runs = seconds_here(expected.seconds, read_in_turn)
    basis = (
        f"As long as your last {n_runs} runs of this size took, beside what was expected of them."
        if n_runs > 1
        else "As long as your last run of this size took, beside what was expected of it."
        if n_runs
        else "From the size of data and network, as measured on 2 cores; busy machines take longer."
    )
    memory = expected.memory_mb
    components.metric_row(
        [
            ("Training papers", components.count_text(expected.n_train),
             "After cleaning, without those held out for validation and test; near-duplicates kept "
             "on one side may move a few."),
            ("Labels", components.count_text(left.n_labels)),
            ("Parameters",
             f"{n_parameters / 1e6:.1f} million" if n_parameters >= 1e6 else f"{n_parameters:,}",
             "Numbers that the network learns."),
            ("Time, about", components.duration_text(seconds), basis),
            ("Memory, about", f"{memory / 1000:.1f} GB" if memory >= 1000 else f"{memory:.0f} MB",
             "At the peak, while training."),
        ]
    )  # fmt: skip
    with st.expander("The network: layers and shapes", icon=":material/account_tree:"):
        n_grams = LayerSummary("tf-idf (input)", (None, n_features), 0)
        drawn = (n_grams, *layers) if settings.model.reads_ngrams else layers
        _render_layers(drawn, n_features, n_parameters)


def _render_layers(layers: Sequence[LayerSummary], n_features: int, n_parameters: int) -> None:
    st.dataframe(
        {
            "Layer": [layer.name for layer in layers],
            "Output shape": [
                " × ".join(["papers", *(f"{width:,}" for width in layer.output_shape[1:])])
                for layer in layers
            ],
            "Parameters": [f"{layer.n_parameters:,}" for layer in layers],
        },
        hide_index=True,
        width="stretch",
        key="layers",
    )
    components.note(
        f"{n_parameters:,} parameters in all, {4 * n_parameters / 1e6:,.0f} MB as float32. "
        f"The vocabulary will hold about {n_features:,} n-grams; others are left out."
    )


@shared(16, "Counting words …")
def distinct_words(corpus: Corpus, cleaning: CleaningConfig) -> int:
    """Return about how many distinct words the abstracts that a cleaning keeps hold.

    Words are counted with their punctuation; the share that is kept is that of words without.
    """
    kept = data.cleaned(corpus, cleaning).kept
    n_left = np.count_nonzero(corpus.tokens.counts("words", kept))
    share = n_left / max(corpus.tokens.n_terms("words"), 1)
    return round(share * corpus.report.n_spaced_words)
