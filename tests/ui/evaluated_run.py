"""A finished run with an evaluation: the demo run's model on noisy labels of its examples."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from arxivtag import storage
from arxivtag.learning import evaluation
from arxivtag.learning.network import probabilities
from arxivtag.learning.predictions import Predictions, Scored, fit_decision, save_predictions
from arxivtag.runs.layout import RunFolder
from arxivtag.settings import EvaluationConfig
from arxivtag.tagging.saving import save_bundle
from arxivtag.ui.predict.examples import EXAMPLES
from tests.ui.demo_run import LABELS, demo_bundle, make_demo_run

N_PAPERS = 120  # 60 each in val and test
STRANGE_TITLE = "On **bold** claims: $x^2$ & <script>alert('no')</script> [link](http://x)"


@dataclass(frozen=True)
class EvaluatedRun:
    """The run's folder, and what was written into it."""

    folder: RunFolder
    figures: dict[str, Any]
    predictions: Predictions
    papers: pd.DataFrame


def make_evaluated_run(home: Path) -> EvaluatedRun:
    """Write the run into ``home`` as a worker would have."""
    folder = RunFolder(make_demo_run(home), home)
    bundle = demo_bundle()
    generator = np.random.default_rng(0)
    which = generator.integers(len(EXAMPLES), size=N_PAPERS)
    kept = generator.random(N_PAPERS) < 0.9  # one paper in ten has another label instead
    own = np.where(kept, which, (which + 1) % len(LABELS))
    y_true = np.eye(len(LABELS), dtype=bool)[own]
    y_true |= generator.random(y_true.shape) < 0.05
    # Half of each abstract, so that no two probabilities are quite the same.
    texts = [_part(EXAMPLES[number].abstract, generator) for number in which]
    y_prob = probabilities(bundle.network, bundle.vectorizer.transform(texts))
    val, test = slice(0, N_PAPERS // 2), slice(N_PAPERS // 2, None)
    readable = np.ones(N_PAPERS, bool)
    decision, scored_val = fit_decision(
        Scored(y_true[val], y_prob[val], readable[val]), EvaluationConfig()
    )
    scored_test = Scored(y_true[test], y_prob[test], readable[test])
    scored_test = scored_test.calibrated(decision.calibration)
    figures = evaluation.evaluate_run(
        scored_val, scored_test, LABELS, decision, label_counts=np.array([50, 40, 30, 20, 10, 5])
    )
    kept_predictions = Predictions(LABELS, scored_val, scored_test)
    papers = pd.DataFrame(
        {
            "title": [f"{STRANGE_TITLE} {number}" for number in range(N_PAPERS)][test],
            "abstract": texts[test],
            "labels": [[LABELS[i] for i in np.flatnonzero(row)] for row in y_true[test]],
        }
    )
    storage.write_json(folder.evaluation, figures)
    save_predictions(folder.predictions, kept_predictions)
    storage.write_atomic(folder.test_papers, papers.to_parquet)
    save_bundle(
        type(bundle)(
            **{
                **{name: getattr(bundle, name) for name in bundle.__dataclass_fields__},
                "thresholds": decision.thresholds,
                "calibration": decision.calibration,
            }
        ),
        folder.bundle,
    )
    return EvaluatedRun(folder, figures, kept_predictions, papers)


def _part(abstract: str, generator: np.random.Generator) -> str:
    words = abstract.split()
    return " ".join(word for word in words if generator.random() < 0.5) or abstract
