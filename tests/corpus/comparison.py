"""Every figure of Explore and ``describe``, from papers in memory and from the corpus store.

``python -m tests.corpus.comparison DATA HOME`` compares them on a data set of one's own and
prints the seconds that each took.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from arxivtag.corpus import texts
from arxivtag.corpus.cleaning import Cleaned, clean_rows
from arxivtag.corpus.labels import Rows
from arxivtag.corpus.splits import split_rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.exploring import labels, lengths, preparation, terms
from arxivtag.exploring.describe import describe, describe_corpus
from arxivtag.exploring.duplicates import DuplicateGroups, duplicate_groups, groups_in
from arxivtag.exploring.filters import PaperFilter, select, select_rows
from arxivtag.exploring.overview import overview
from arxivtag.papers import schema, sources
from arxivtag.papers.cleaning import CleaningResult, clean
from arxivtag.papers.splits import split
from arxivtag.papers.texts import normalize_text
from arxivtag.settings import CleaningConfig

CLEANING_RULES = {
    "the example's": CleaningConfig(),
    "tuned": CleaningConfig(
        keep_unlike_titles=True, merge_areas=True, min_papers_per_label=5, rare_combinations="keep"
    ),
    "all": CleaningConfig(
        drop_duplicate_abstracts=True, drop_near_duplicates=True, near_duplicate_similarity=0.6
    ),
}
KINDS = ("words", "bigrams")


def in_memory(source: str, home: Path) -> schema.Corpus:
    """Return papers as the old way has them, but with texts normalised, as the store's are."""
    loaded = sources.load(source, home=home)
    papers = loaded.papers.copy()
    for name in (schema.TITLE, schema.ABSTRACT):
        papers[name] = pd.array([normalize_text(text) for text in papers[name]], dtype="str")
    return schema.Corpus(**{**vars(loaded), "papers": papers})


def filters_of(label: str) -> dict[str, PaperFilter]:
    """Return filters to look through, one with each condition."""
    return {
        "open": PaperFilter(),
        "label": PaperFilter(labels=(label,)),
        "text": PaperFilter(text="neural  network"),
        "few": PaperFilter(text="survey", min_words=100, max_words=150),
    }


def old_figures(corpus: schema.Corpus) -> Iterator[tuple[str, Any]]:
    """Yield name and value of each figure from papers in memory."""
    papers = corpus.papers
    index = labels.index_labels(papers["labels"].tolist())
    n_words = lengths.length_words(papers["abstract"])
    cleaned = {name: clean(papers, rules) for name, rules in CLEANING_RULES.items()}
    yield from _figures_of_cleaning(cleaned)
    example = cleaned["the example's"]
    yield "overview", asdict(overview(index, n_words, example.rows, example.report))
    yield "describe", _without_changes(describe(corpus))
    for kind in ("titles", "abstracts", "near"):
        yield f"duplicates: {kind}", _of_groups(duplicate_groups(papers, index, kind))
    for name, result in cleaned.items():
        parts = split(result.papers)
        of_kept = labels.index_labels(result.papers["labels"].tolist())
        yield from _figures_of_split(name, of_kept, np.arange(len(of_kept)), parts.sides,
                                     asdict(parts.report))  # fmt: skip
    kept = np.zeros(len(papers), dtype=bool)
    kept[example.rows] = True
    for name, chosen in filters_of(index.label_names[0]).items():
        rows = select(papers, index, n_words, chosen) & kept
        yield f"{name}: rows", rows
        yield from _figures_in_view(name, index, n_words, rows)
    tokens = terms.index_tokens(papers["abstract"])
    for name, chosen in filters_of(index.label_names[0]).items():
        rows = select(papers, index, n_words, chosen) & kept
        yield from _figures_of_terms(name, tokens, index, rows)


def new_figures(corpus: Corpus) -> Iterator[tuple[str, Any]]:
    """Yield the same figures from the store."""
    index, n_words = corpus.labels, corpus.n_words
    cleaned = {name: clean_rows(corpus, rules) for name, rules in CLEANING_RULES.items()}
    yield from _figures_of_cleaning(cleaned)
    example = cleaned["the example's"]
    yield "overview", asdict(overview(index, n_words, example.rows, example.report))
    yield "describe", _without_changes(describe_corpus(corpus))
    for kind in ("titles", "abstracts", "near"):
        yield f"duplicates: {kind}", _of_groups(groups_in(corpus, kind))
    for name, result in cleaned.items():
        parts = split_rows(corpus, result)
        yield from _figures_of_split(name, result.labels, parts.rows, parts.sides,
                                     asdict(parts.report))  # fmt: skip
    for name, chosen in filters_of(index.label_names[0]).items():
        rows = select_rows(corpus, chosen) & example.kept
        yield f"{name}: rows", rows
        yield from _figures_in_view(name, index, n_words, rows)
    tokens = corpus.tokens
    for name, chosen in filters_of(index.label_names[0]).items():
        rows = select_rows(corpus, chosen) & example.kept
        yield from _figures_of_terms(name, tokens, index, rows)


def _figures_of_cleaning(
    cleaned: dict[str, CleaningResult] | dict[str, Cleaned],
) -> Iterator[tuple[str, Any]]:
    for name, result in cleaned.items():
        # Papers in memory come normalised here: there are none to change.
        yield f"cleaning, {name}: report", {**result.report.to_dict(), "n_texts_changed": 0}
        yield f"cleaning, {name}: rows", result.rows
        yield f"cleaning, {name}: funnel", preparation.cleaning_funnel(result.report, 7)


def _without_changes(described: dict[str, Any]) -> dict[str, Any]:
    return {**described, "cleaning": {**described["cleaning"], "n_texts_changed": 0}}


def _of_groups(groups: DuplicateGroups) -> dict[str, Any]:
    return {"members": groups.members, "table": groups.table, "surplus": groups.n_surplus}


def _figures_of_split(
    name: str,
    index: labels.LabelIndex,
    rows: np.ndarray[Any, Any],
    sides: np.ndarray[Any, Any],
    report: dict[str, Any],
) -> Iterator[tuple[str, Any]]:
    parts = {split: rows[sides == side] for side, split in enumerate(preparation.SPLIT_NAMES)}
    yield f"split, {name}: sides", sides
    yield f"split, {name}: report", report
    yield f"split, {name}: sizes", preparation.split_sizes(index, parts)
    yield f"split, {name}: balance", preparation.label_balance(index, parts)


def _figures_in_view(
    name: str, index: labels.LabelIndex, n_words: lengths.Lengths, rows: Rows
) -> Iterator[tuple[str, Any]]:
    frequency = labels.label_frequency(index, rows)
    yield f"{name}: labels", frequency
    yield f"{name}: imbalance", labels.imbalance(frequency)
    yield f"{name}: combinations", labels.combination_frequency(index, rows)
    yield f"{name}: labels per paper", labels.labels_per_paper(index, rows)
    for measure in ("count", "lift", "npmi"):
        yield f"{name}: {measure}", labels.co_occurrence(index, rows, measure=measure)
    yield f"{name}: pairs", labels.label_pairs(index, rows)
    chosen = n_words[rows]
    yield f"{name}: lengths", lengths.describe_lengths(chosen)
    yield f"{name}: histogram", lengths.length_histogram(chosen)
    yield f"{name}: lengths by label", lengths.length_by_label(index, n_words, rows)
    yield f"{name}: length coverage", lengths.length_coverage(chosen)
    yield f"{name}: words kept", lengths.words_kept_share(chosen, 100)


def _figures_of_terms(
    name: str, tokens: terms.TermIndex, index: labels.LabelIndex, rows: Rows
) -> Iterator[tuple[str, Any]]:
    inside = index.having([index.label_names[0]])
    for kind in KINDS:
        yield f"{name}: {kind}", terms.term_frequency(tokens, kind, rows)
        for method in ("log_odds", "chi2"):
            telling = terms.telling_terms(tokens, kind, inside, rows, method=method)
            yield f"{name}: telling {kind}, {method}", telling
        yield f"{name}: summary, {kind}", terms.telling_summary(tokens, kind, index, rows)
    yield f"{name}: zipf", terms.zipf(tokens, rows)
    yield f"{name}: growth", terms.vocabulary_growth(tokens, rows)
    for ngrams in (1, 2):
        coverage = terms.vocabulary_coverage(tokens, rows, ngrams=ngrams)
        yield f"{name}: coverage, {ngrams}", coverage.curve()


def is_equal(old: Any, new: Any) -> bool:
    """Return whether two figures are the same, to the last digit of whole numbers and texts."""
    if isinstance(old, pd.DataFrame):
        try:
            pd.testing.assert_frame_equal(old, new, check_dtype=False, rtol=1e-12)
        except AssertionError:
            return False
        return True
    if isinstance(old, np.ndarray):
        return np.array_equal(old, new)
    if isinstance(old, dict):
        return old.keys() == new.keys() and all(is_equal(old[key], new[key]) for key in old)
    return bool(old == new or (old != old and new != new))


def papers_are_equal(corpus: schema.Corpus, stored: Corpus, rows: list[int]) -> bool:
    """Return whether the store gives these papers as they are in memory."""
    old = corpus.papers.iloc[rows]
    new = texts.papers_at(stored, rows)
    return all(old[name].tolist() == new[name].tolist() for name in schema.FIELDS)


def main(source: str, home: Path) -> None:
    started = time.perf_counter()
    stored = open_corpus(source, home)
    print(f"opened or ingested: {time.perf_counter() - started:.1f} s")
    corpus = in_memory(source, home)
    old, new = old_figures(corpus), new_figures(stored)
    n_different = 0
    while True:
        old_started = time.perf_counter()
        one = next(old, None)
        new_started = time.perf_counter()
        other = next(new, None)
        ended = time.perf_counter()
        if one is None or other is None:
            break
        same = one[0] == other[0] and is_equal(one[1], other[1])
        n_different += not same
        seconds = f"{new_started - old_started:.2f} s, {ended - new_started:.2f} s"
        print(f"{'same ' if same else 'OTHER'} {one[0]}: {seconds}", flush=True)
        if not same and isinstance(one[1], dict):
            print([key for key in one[1] if not is_equal(one[1][key], other[1][key])])
    rows = np.random.default_rng(0).choice(stored.n_papers, 20, replace=False).tolist()
    print("papers are the same:", papers_are_equal(corpus, stored, rows))
    print("figures that differ:", n_different)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
