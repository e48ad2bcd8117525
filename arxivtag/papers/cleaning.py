"""What cleaning did to a corpus, rule by rule; :mod:`arxivtag.corpus.cleaning` does it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

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
