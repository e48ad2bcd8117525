"""Cleans a corpus rule by rule, on numbers alone: what stays are rows, and labels.

Texts were normalised when the corpus was ingested.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.corpus.arrays import Ints, Rows, mask_of
from arxivtag.corpus.labels import LabelIndex, has_second_name, with_current_names, without_labels
from arxivtag.corpus.store import Corpus
from arxivtag.papers.taxonomy import label_kind
from arxivtag.settings import CleaningConfig

_N_UNKNOWN_SHOWN = 20


@dataclass(frozen=True)
class CleaningStep:
    """What one rule did: papers before, removed and after, and why in a sentence."""

    rule: str
    n_before: int
    n_removed: int
    n_after: int
    reason: str


@dataclass(frozen=True)
class CleaningReport:
    """What cleaning did to a corpus.

    Attributes:
        n_texts_changed: Papers whose title or abstract was changed by normalising.
        n_second_names: Papers with an arXiv area's second name or a retired archive's (math.IT,
            cmp-lg), whether the names are merged or not.
        n_unlike_titles: Papers with the title of an earlier one over an unlike abstract
            ("Editorial"), whether they are kept or not; 0 if no rule asks for titles.
        n_rare_labels: Labels left out because they are on too few papers.
        n_label_combinations: Label combinations as written, before the rare ones are dropped.
        n_rare_combinations: Combinations among these that occur once.
        n_labels: Distinct labels of the papers kept.
        n_acm_labels: Labels among these that are ACM codes.
        n_msc_labels: Labels among these that are MSC codes.
        n_unknown_labels: Labels among these that are in no taxonomy; they are kept.
        unknown_labels: The most frequent of the unknown labels.
    """

    steps: tuple[CleaningStep, ...]
    n_before: int
    n_after: int
    n_texts_changed: int
    n_second_names: int
    n_unlike_titles: int
    n_rare_labels: int
    n_label_combinations: int
    n_rare_combinations: int
    n_labels: int
    n_acm_labels: int
    n_msc_labels: int
    n_unknown_labels: int
    unknown_labels: tuple[str, ...]

    @property
    def n_duplicate_titles(self) -> int:
        """Papers removed because an earlier one has the same title; 0 if the rule did not run."""
        return sum(step.n_removed for step in self.steps if step.rule == "duplicate_titles")

    @property
    def n_after_dedup(self) -> int:
        """Papers left before those of rare combinations are dropped."""
        kept = [step.n_after for step in self.steps if step.rule != "rare_combinations"]
        return kept[-1] if kept else self.n_before


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What cleaning keeps of a corpus.

    Attributes:
        left_by: (n_papers,) the position in ``report.steps`` of the rule that removed each paper;
            -1 for those kept.
        labels: The labels of all papers by the rules: areas' names merged, rare labels left out.
    """

    left_by: npt.NDArray[np.int8]
    labels: LabelIndex
    report: CleaningReport

    @cached_property
    def kept(self) -> Rows:
        """(n_papers,) mask of the papers kept."""
        return np.asarray(self.left_by < 0)

    def removed_by(self, rule: str) -> Rows:
        """Return (n_papers,) which papers a rule removed: none if it did not run."""
        rules = [step.rule for step in self.report.steps]
        return np.asarray(self.left_by == rules.index(rule) if rule in rules else self.kept & False)

    @property
    def rows(self) -> Ints:
        """(n_kept,) the positions of the papers kept."""
        return np.flatnonzero(self.kept)


def clean_rows(corpus: Corpus, config: CleaningConfig | None = None) -> Cleaned:
    """Apply the rules of ``config`` in order, the Keras example's if not given."""
    config = config or CleaningConfig()
    labels = with_current_names(corpus.labels) if config.merge_areas else corpus.labels
    funnel = _Funnel(corpus.n_papers)
    funnel.keep("empty_abstracts", ~corpus.is_blank, "Their abstract is empty.")
    funnel.keep("no_labels", labels.sizes > 0, "They have no label.")
    n_unlike = _drop_equal_titles(corpus, funnel, config) if config.drop_duplicate_titles else 0
    _drop_equal_abstracts(corpus, funnel, config)
    labels, n_rare_labels = _drop_rare_labels(labels, funnel, config.min_papers_per_label)
    lists = pd.factorize(labels.written_lists[funnel.kept])[0]
    counts = np.bincount(lists)
    if config.rare_combinations == "drop":
        common = funnel.kept.copy()
        common[funnel.kept] = counts[lists] > 1
        reason = "Their combination of labels, in the order written, occurs only once."
        funnel.keep("rare_combinations", common, reason)
    report = CleaningReport(
        steps=tuple(funnel.steps),
        n_before=corpus.n_papers,
        n_after=int(funnel.kept.sum()),
        n_texts_changed=int(corpus.is_changed.sum()),
        n_second_names=int(has_second_name(corpus.labels).sum()),
        n_unlike_titles=n_unlike,
        n_rare_labels=n_rare_labels,
        n_label_combinations=len(counts),
        n_rare_combinations=int((counts == 1).sum()),
        **_label_figures(labels.of(funnel.kept)),
    )
    return Cleaned(funnel.left_by, labels, report)


class _Funnel:
    """Papers that become fewer from rule to rule, and what each rule did."""

    def __init__(self, n_papers: int) -> None:
        self.left_by = np.full(n_papers, -1, dtype=np.int8)
        self.steps: list[CleaningStep] = []

    @property
    def kept(self) -> Rows:
        """(n_papers,) mask of the papers that are left."""
        return np.asarray(self.left_by < 0)

    def keep(self, rule: str, rows: Rows, reason: str) -> None:
        """Keep the papers where ``rows`` (n_papers,) is true too, and write down how many."""
        n_before = int(self.kept.sum())
        self.left_by[self.kept & ~rows] = len(self.steps)
        n_after = int(self.kept.sum())
        self.steps.append(CleaningStep(rule, n_before, n_before - n_after, n_after, reason))


def _is_first(numbers: npt.NDArray[np.integer], rows: Rows) -> Rows:
    """Return the mask of selected rows whose number no earlier selected row has."""
    is_first = rows.copy()
    is_first[rows] = ~pd.Series(numbers[rows]).duplicated().to_numpy()
    return is_first


def near_groups(corpus: Corpus, similarity: float, rows: Rows) -> Ints:
    """Return (n_selected,) equal numbers for selected papers with nearly the same abstract.

    Groups are joined through selected papers alone. Abstracts without words are alone.
    """
    groups = _groups_of_abstracts(corpus, similarity, rows)[rows]
    alone = np.flatnonzero(~corpus.has_words[rows])
    groups[alone] = corpus.n_papers + alone
    return groups


def _groups_of_abstracts(corpus: Corpus, similarity: float, rows: Rows) -> Ints:
    """Return (n_papers,) as :func:`near_groups`; equal abstracts without words are together."""
    present = mask_of(corpus.first_of_abstract[rows], corpus.n_papers)
    groups = corpus.near_pairs.components(corpus.n_papers, similarity, present)
    return np.asarray(groups[corpus.first_of_abstract], dtype=np.int64)


def _drop_equal_titles(corpus: Corpus, funnel: _Funnel, config: CleaningConfig) -> int:
    """Keep the first paper of each title, and return how many others have an unlike abstract."""
    titles = corpus.first_of_title
    is_repeat = funnel.kept & ~_is_first(titles, funnel.kept)
    shared = funnel.kept & (np.bincount(titles[funnel.kept], minlength=len(titles)) > 1)[titles]
    groups = _groups_of_abstracts(corpus, config.near_duplicate_similarity, shared)
    pairs = titles.astype(np.int64) * (corpus.n_papers + 1) + groups
    is_unlike = is_repeat & _is_first(pairs, shared)
    dropped, reason = is_repeat, "An earlier paper has the same title."
    if config.keep_unlike_titles:
        dropped = is_repeat & ~is_unlike
        reason = "An earlier paper has the same title and nearly the same abstract."
    funnel.keep("duplicate_titles", ~dropped, reason)
    return int(is_unlike.sum())


def _drop_equal_abstracts(corpus: Corpus, funnel: _Funnel, config: CleaningConfig) -> None:
    """Keep the first paper of each abstract, and of those that are nearly the same."""
    if config.drop_duplicate_abstracts:
        rows = _is_first(corpus.first_of_abstract, funnel.kept)
        funnel.keep("duplicate_abstracts", rows, "An earlier paper has the same abstract.")
    if config.drop_near_duplicates:
        similarity = config.near_duplicate_similarity
        groups = np.zeros(corpus.n_papers, dtype=np.int64)
        groups[funnel.kept] = near_groups(corpus, similarity, funnel.kept)
        reason = (
            f"An earlier paper's abstract is nearly the same (similarity {similarity:g} or more)."
        )
        funnel.keep("near_duplicates", _is_first(groups, funnel.kept), reason)


def _drop_rare_labels(
    labels: LabelIndex, funnel: _Funnel, min_papers: int
) -> tuple[LabelIndex, int]:
    """Leave out labels on fewer than ``min_papers`` papers; return how many these are."""
    if min_papers == 1:
        return labels, 0
    counts = labels.of(funnel.kept).counts
    n_rare = int(((counts > 0) & (counts < min_papers)).sum())
    labels = without_labels(labels, counts < min_papers)
    reason = f"All their labels are on fewer than {min_papers:,} papers."
    funnel.keep("rare_labels", labels.sizes > 0, reason)
    return labels, n_rare


def _label_figures(labels: LabelIndex) -> dict[str, Any]:
    """Return the fields of the report that are about the labels of the papers kept."""
    by_first = pd.unique(labels.codes)
    # The most frequent first, equal counts by the paper that has them first.
    codes = by_first[np.argsort(-labels.counts[by_first], kind="stable")]
    names = [labels.label_names[code] for code in codes]
    kinds = Counter(map(label_kind, names))
    unknown = [name for name in names if label_kind(name) == "unknown"]
    return {
        "n_labels": len(names),
        "n_acm_labels": kinds["acm"],
        "n_msc_labels": kinds["msc"],
        "n_unknown_labels": kinds["unknown"],
        "unknown_labels": tuple(unknown[:_N_UNKNOWN_SHOWN]),
    }
