"""What a model says about one text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from arxivtag.papers.texts import join_text
from arxivtag.tagging import tagger

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle


@dataclass(frozen=True)
class Prediction:
    """What a model says about one text.

    Attributes:
        text: Title and abstract as the model reads them.
        bundle: The model.
        probabilities: Calibrated, (n_labels,) float32, in the order of ``bundle.label_names``.
        tags: All labels, most probable first.
        readable: Whether the model knows any of the text's words; if not, it gives no label.
    """

    text: str
    bundle: Bundle
    probabilities: np.ndarray
    tags: tuple[tagger.LabelScore, ...]
    readable: bool

    @property
    def above(self) -> tuple[tagger.LabelScore, ...]:
        """The labels that pass their thresholds, most probable first."""
        return tuple(tag for tag in self.tags if tag.above_threshold)

    def thresholds(self) -> dict[str, float]:
        """Each label's threshold; empty where the model always gives the k most probable."""
        if self.bundle.thresholds.top_k is not None:
            return {}
        values = self.bundle.thresholds.values.tolist()
        return dict(zip(self.bundle.label_names, values, strict=True))


def predict_text(bundle: Bundle, title: str, abstract: str) -> Prediction:
    """Return a model's prediction for one paper."""
    text = join_text(title, abstract, bundle.text_fields)
    y_prob, known = tagger.predict_with_readable(bundle, [text])
    readable = bool(known[0])
    everything = tagger.rank_labels(
        bundle, y_prob[0], top_k=len(bundle.label_names), readable=readable
    )
    return Prediction(text, bundle, y_prob[0], everything, readable)
