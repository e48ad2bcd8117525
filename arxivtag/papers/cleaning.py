"""Cleans papers, rule by rule, with a report that says what each rule removed and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.papers.near_duplicates import near_duplicate_groups
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.papers.taxonomy import current_labels, label_kind
from arxivtag.papers.texts import normalize_text
from arxivtag.settings import CleaningConfig

__all__ = [
    "CleaningReport",
    "CleaningResult",
    "CleaningStep",
    "clean",
    "label_names_of",
    "near_duplicate_groups",
    "text_codes",
]

Mask = npt.NDArray[np.bool_]

N_UNKNOWN_SHOWN = 20


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
        steps: One entry a rule that ran, in order.
        n_before: Papers before the first rule.
        n_after: Papers kept.
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

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values that JSON can hold."""
        return asdict(self)


@dataclass(frozen=True)
class CleaningResult:
    """The papers kept (a new DataFrame with RangeIndex) and the report.

    ``rows`` (n_kept,) are the positions of the kept papers among those given.
    """

    papers: pd.DataFrame
    report: CleaningReport
    rows: npt.NDArray[np.int64]


def clean(papers: pd.DataFrame, config: CleaningConfig | None = None) -> CleaningResult:
    """Apply the rules of ``config`` in order and report what each removed.

    Args:
        papers: ``title``, ``abstract``, ``labels``; not changed.
        config: Which rules apply; the Keras example's if not given.

    Returns:
        The papers kept, possibly none, and the report.
    """
    config = config or CleaningConfig()
    normalized, n_texts_changed = _normalized(papers.reset_index(drop=True))
    merged, n_second_names = _with_current_labels(normalized)
    funnel = _Funnel(merged if config.merge_areas else normalized)
    funnel.keep("empty_abstracts", _has_abstract(funnel.papers), "Their abstract is empty.")
    funnel.keep("no_labels", _has_labels(funnel.papers), "They have no label.")
    n_unlike_titles = _drop_equal_titles(funnel, config) if config.drop_duplicate_titles else 0
    _drop_equal_abstracts(funnel, config)
    n_rare_labels = _drop_rare_labels(funnel, config.min_papers_per_label)
    counts = combination_counts(funnel.papers)
    if config.rare_combinations == "drop":
        keep_rows = funnel.papers[LABELS].map(counts).to_numpy(dtype=np.int64, na_value=0) > 1
        reason = "Their combination of labels, in the order written, occurs only once."
        funnel.keep("rare_combinations", keep_rows, reason)
    kept = funnel.papers.reset_index(drop=True)
    report = CleaningReport(
        steps=tuple(funnel.steps),
        n_before=len(papers),
        n_after=len(kept),
        n_texts_changed=n_texts_changed,
        n_second_names=n_second_names,
        n_unlike_titles=n_unlike_titles,
        n_rare_labels=n_rare_labels,
        n_label_combinations=len(counts),
        n_rare_combinations=sum(1 for count in counts.values() if count == 1),
        **_label_figures(kept[LABELS].tolist()),
    )
    return CleaningResult(kept, report, funnel.papers.index.to_numpy(dtype=np.int64))


class _Funnel:
    """Papers that become fewer from rule to rule, and what each rule did."""

    def __init__(self, papers: pd.DataFrame) -> None:
        self.papers = papers
        self.steps: list[CleaningStep] = []

    def keep(self, rule: str, rows: Mask, reason: str) -> None:
        """Keep the papers where ``rows`` is true and write down how many that were."""
        before, n_after = self.papers, int(rows.sum())
        self.papers = before if rows.all() else before[rows]
        self.steps.append(CleaningStep(rule, len(before), len(before) - n_after, n_after, reason))


def combination_counts(papers: pd.DataFrame) -> Counter[tuple[str, ...]]:
    """Return how often each combination occurs as written: order counts, as in the example."""
    return Counter(papers[LABELS].tolist())


def label_names_of(labels: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the distinct labels, the most frequent first, equal counts by name."""
    counts = Counter(label for paper in labels for label in paper)
    return tuple(sorted(counts, key=lambda label: (-counts[label], label)))


def _normalized(papers: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return a copy with normalised texts, and the number of papers that this changed."""
    changed = np.zeros(len(papers), dtype=bool)
    columns = {}
    for column in (TITLE, ABSTRACT):
        before = papers[column].tolist()
        after = [normalize_text(text) for text in before]
        differs = np.fromiter(
            (a is not b and a != b for a, b in zip(after, before, strict=True)), bool
        )
        changed |= differs
        if differs.any():
            columns[column] = pd.array(after, dtype="str")
    return papers.assign(**columns), int(changed.sum())


def _with_current_labels(papers: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the papers with arXiv's current names, and the number that this changes."""
    before = papers[LABELS].tolist()
    after = [current_labels(labels) for labels in before]
    n_changed = sum(a is not b for a, b in zip(after, before, strict=True))
    return (_with_labels(papers, after) if n_changed else papers), n_changed


def _with_labels(papers: pd.DataFrame, labels: list[tuple[str, ...]]) -> pd.DataFrame:
    return papers.assign(**{LABELS: pd.Series(labels, index=papers.index, dtype=object)})


def _drop_equal_titles(funnel: _Funnel, config: CleaningConfig) -> int:
    """Keep the first paper of each title, and return how many others have an unlike abstract."""
    is_repeat = ~_is_first(funnel.papers[TITLE])
    is_unlike = is_repeat & _has_unlike_abstract(funnel.papers, config.near_duplicate_similarity)
    dropped, reason = is_repeat, "An earlier paper has the same title."
    if config.keep_unlike_titles:
        dropped = is_repeat & ~is_unlike
        reason = "An earlier paper has the same title and nearly the same abstract."
    funnel.keep("duplicate_titles", ~dropped, reason)
    return int(is_unlike.sum())


def _has_unlike_abstract(papers: pd.DataFrame, similarity: float) -> Mask:
    """Return which papers have an abstract that no earlier paper of their title nearly has."""
    titles = pd.Series(text_codes(papers[TITLE]))
    shared = np.flatnonzero(titles.duplicated(keep=False))
    abstracts = papers[ABSTRACT].iloc[shared]
    # Texts without words are near-duplicates of nothing, so equal ones are taken together here.
    distinct = abstracts.drop_duplicates()
    groups = dict(
        zip(distinct, near_duplicate_groups(distinct.tolist(), similarity).tolist(), strict=True)
    )
    pairs = pd.DataFrame({"title": titles.iloc[shared].to_numpy(), "group": abstracts.map(groups)})
    unlike = np.zeros(len(papers), dtype=bool)
    unlike[shared] = ~pairs.duplicated()
    return unlike


def _drop_equal_abstracts(funnel: _Funnel, config: CleaningConfig) -> None:
    """Keep the first paper of each abstract, and of those that are nearly the same."""
    if config.drop_duplicate_abstracts:
        rows = _is_first(funnel.papers[ABSTRACT])
        funnel.keep("duplicate_abstracts", rows, "An earlier paper has the same abstract.")
    if config.drop_near_duplicates:
        similarity = config.near_duplicate_similarity
        groups = near_duplicate_groups(funnel.papers[ABSTRACT].tolist(), similarity)
        reason = (
            f"An earlier paper's abstract is nearly the same (similarity {similarity:g} or more)."
        )
        funnel.keep("near_duplicates", groups == np.arange(len(groups)), reason)


def _drop_rare_labels(funnel: _Funnel, min_papers: int) -> int:
    """Leave out labels on fewer than ``min_papers`` papers; return how many these are."""
    if min_papers == 1:
        return 0
    before = funnel.papers[LABELS].tolist()
    counts = Counter(label for labels in before for label in labels)
    rare = {label for label, count in counts.items() if count < min_papers}
    after = [tuple(label for label in labels if label not in rare) for labels in before]
    funnel.papers = _with_labels(funnel.papers, after)
    reason = f"All their labels are on fewer than {min_papers:,} papers."
    funnel.keep("rare_labels", _has_labels(funnel.papers), reason)
    return len(rare)


def _has_abstract(papers: pd.DataFrame) -> Mask:
    return np.fromiter(
        (bool(text.strip()) for text in papers[ABSTRACT].tolist()), bool, len(papers)
    )


def _has_labels(papers: pd.DataFrame) -> Mask:
    return np.fromiter((len(labels) > 0 for labels in papers[LABELS].tolist()), bool, len(papers))


def text_codes(texts: pd.Series[str]) -> npt.NDArray[np.int64]:
    """Return (n,) equal numbers for equal texts; an empty text equals none but itself."""
    codes = pd.factorize(texts)[0].astype(np.int64)
    empty = np.flatnonzero((texts == "").to_numpy(dtype=bool))
    codes[empty] = len(codes) + empty
    return np.asarray(codes, dtype=np.int64)


def _is_first(texts: pd.Series[str]) -> Mask:
    """Return which texts are the first of their kind; empty ones repeat nothing."""
    return ~pd.Series(text_codes(texts)).duplicated().to_numpy(dtype=bool)


def _label_figures(labels: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """Return the fields of the report that are about the labels of the papers kept."""
    counts = Counter(label for combination in labels for label in combination)
    kinds = Counter(label_kind(label) for label in counts)
    unknown = [label for label, _ in counts.most_common() if label_kind(label) == "unknown"]
    return {
        "n_labels": len(counts),
        "n_acm_labels": kinds["acm"],
        "n_msc_labels": kinds["msc"],
        "n_unknown_labels": kinds["unknown"],
        "unknown_labels": tuple(unknown[:N_UNKNOWN_SHOWN]),
    }
