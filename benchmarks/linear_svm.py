"""One-vs-rest LinearSVC on sublinear, L2-normalised TF-IDF of the same papers.

    python benchmarks/linear_svm.py DATA [--papers N] [--random-seed N]

One threshold for all labels is chosen on validation papers. The last line printed is JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from arxivtag.learning import thresholds
from arxivtag.learning.features import encode_labels
from arxivtag.learning.measuring import evaluate_and_count
from arxivtag.papers.schema import ABSTRACT, LABELS
from arxivtag.settings import VectorizerConfig
from benchmarks.papers import Splits, prepare
from tests.fitting import fit_transform


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data")
    parser.add_argument("--papers", type=int)
    parser.add_argument("--random-seed", type=int, default=42)
    arguments = parser.parse_args()
    splits = prepare(arguments.data, arguments.papers, arguments.random_seed)
    print(json.dumps(run_svm(splits)))


def run_svm(splits: Splits) -> dict[str, Any]:
    """Fit, and return timings and the test figures."""
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.svm import LinearSVC

    started = time.perf_counter()
    vectorizer, rows = fit_transform(
        list(splits.train[ABSTRACT]), VectorizerConfig(sublinear_tf=True, l2_normalize=True)
    )
    vectorized = time.perf_counter()
    names = sorted({label for labels in splits.train[LABELS] for label in labels})
    y = {name: encode_labels(list(part[LABELS]), names) for name, part in vars(splits).items()
         if name in ("train", "val", "test")}  # fmt: skip
    classifier = OneVsRestClassifier(LinearSVC(C=0.5), n_jobs=-1)
    classifier.fit(rows.to_scipy(), y["train"].astype(int))
    fitted = time.perf_counter()
    scores = {
        name: classifier.decision_function(
            vectorizer.transform(list(getattr(splits, name)[ABSTRACT])).to_scipy()
        )
        for name in ("val", "test")
    }
    chosen = thresholds.choose(y["val"], scores["val"], "global")
    y_pred = scores["test"] >= chosen.values
    return {
        "seconds": {
            "vectorize": round(vectorized - started, 2),
            "train": round(fitted - vectorized, 2),
            "total": round(time.perf_counter() - started, 2),
        },
        "evaluation": evaluate_and_count(y["test"], y_pred, scores["test"]),
    }


if __name__ == "__main__":
    main()
