"""Cleans papers, rule by rule, with a report that says what each rule removed and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from arxivtag.papers.near_duplicates import near_duplicate_groups
from arxivtag.papers.schema import ABSTRACT, LABELS, TITLE
from arxivtag.papers.taxonomy import label_kind
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
        steps: One entry a rule that ran, in order.
        n_before: Papers before the first rule.
        n_after: Papers kept.
        n_texts_changed: Papers whose title or abstract was changed by normalising.
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
    cleaned, n_changed = _normalized(papers.reset_index(drop=True))
    steps: list[CleaningStep] = []
    for rule, keep, reason in _rules(config):
        cleaned = _apply(cleaned, rule, keep(cleaned), reason, steps)
    counts = combination_counts(cleaned)
    if config.rare_combinations == "drop":
        keep_rows = cleaned[LABELS].map(counts).to_numpy(dtype=np.int64, na_value=0) > 1
        reason = "Their combination of labels, in the order written, occurs only once."
        cleaned = _apply(cleaned, "rare_combinations", keep_rows, reason, steps)
    rows = cleaned.index.to_numpy(dtype=np.int64)
    kept = cleaned.reset_index(drop=True)
    return CleaningResult(kept, _report(kept, tuple(steps), len(papers), n_changed, counts), rows)


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


def _rules(
    config: CleaningConfig,
) -> list[tuple[str, Callable[[pd.DataFrame], Mask], str]]:
    """Return the rules that apply before the one on rare combinations, in order."""
    rules: list[tuple[str, Callable[[pd.DataFrame], Mask], str]] = [
        ("empty_abstracts", _has_abstract, "Their abstract is empty."),
        ("no_labels", _has_labels, "They have no label."),
    ]
    if config.drop_duplicate_titles:
        reason = "An earlier paper has the same title."
        rules.append(("duplicate_titles", _is_first(TITLE), reason))
    if config.drop_duplicate_abstracts:
        reason = "An earlier paper has the same abstract."
        rules.append(("duplicate_abstracts", _is_first(ABSTRACT), reason))
    if config.drop_near_duplicates:
        similarity = config.near_duplicate_similarity
        reason = (
            f"An earlier paper's abstract is nearly the same (similarity {similarity:g} or more)."
        )
        rules.append(("near_duplicates", _is_first_of_group(similarity), reason))
    return rules


def _apply(
    papers: pd.DataFrame, rule: str, keep: Mask, reason: str, steps: list[CleaningStep]
) -> pd.DataFrame:
    kept = papers if keep.all() else papers[keep]
    steps.append(CleaningStep(rule, len(papers), len(papers) - len(kept), len(kept), reason))
    return kept


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


def _is_first(column: str) -> Callable[[pd.DataFrame], Mask]:
    """Return a rule that keeps the first paper of each text; empty texts are no duplicates."""

    def keep(papers: pd.DataFrame) -> Mask:
        return ~pd.Series(text_codes(papers[column])).duplicated().to_numpy(dtype=bool)

    return keep


def _is_first_of_group(similarity: float) -> Callable[[pd.DataFrame], Mask]:
    def keep(papers: pd.DataFrame) -> Mask:
        groups = near_duplicate_groups(papers[ABSTRACT].tolist(), similarity)
        return np.asarray(groups == np.arange(len(groups)), dtype=bool)

    return keep


def _report(
    papers: pd.DataFrame,
    steps: tuple[CleaningStep, ...],
    n_before: int,
    n_changed: int,
    counts: Counter[tuple[str, ...]],
) -> CleaningReport:
    labels = Counter(label for combination in papers[LABELS].tolist() for label in combination)
    kinds = Counter(label_kind(label) for label in labels)
    unknown = [label for label, _ in labels.most_common() if label_kind(label) == "unknown"]
    return CleaningReport(
        steps=steps,
        n_before=n_before,
        n_after=len(papers),
        n_texts_changed=n_changed,
        n_label_combinations=len(counts),
        n_rare_combinations=sum(1 for count in counts.values() if count == 1),
        n_labels=len(labels),
        n_acm_labels=kinds["acm"],
        n_msc_labels=kinds["msc"],
        n_unknown_labels=kinds["unknown"],
        unknown_labels=tuple(unknown[:_N_UNKNOWN_SHOWN]),
    )
