"""Carry-over of the bundled sample: train on the sample alone, tag real papers, report AUC.

Model: sublinear, L2-normalised TF-IDF of words and bigrams and one-vs-rest
logistic regression. Figure: ROC AUC of each label, averaged over the most
frequent labels (by the real file) that sample and real file share.

Usage: python benchmarks/sample_transfer.py REAL.csv.xz [--rows N] [--json]
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from arxivtag.config import SAMPLE_PATH

N_SHARED_LABELS = 15
LABEL = re.compile(r"'([^']*)'")


def read_raw(path: Path) -> pd.DataFrame:
    """Return the raw table without repeated titles, ``terms`` parsed to tuples."""
    table = pd.read_csv(path).drop_duplicates("titles")
    terms = pd.Series([tuple(LABEL.findall(cell)) for cell in table["terms"]], index=table.index)
    return table.assign(terms=terms).reset_index(drop=True)


def shared_labels(
    sample: Sequence[tuple[str, ...]], real: Sequence[tuple[str, ...]], n_labels: int
) -> list[str]:
    """Return the ``n_labels`` labels most frequent in ``real`` that ``sample`` has too."""
    known = {label for labels in sample for label in labels}
    counts = Counter(label for labels in real for label in labels if label in known)
    return [label for label, _ in counts.most_common(n_labels)]


def carry_over(
    sample: pd.DataFrame, real: pd.DataFrame, label_names: list[str]
) -> dict[str, float]:
    """Return the ROC AUC on ``real`` of a model fitted on ``sample``, per label."""
    vectorizer = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), min_df=2)
    x_sample = vectorizer.fit_transform(sample["summaries"])
    x_real = vectorizer.transform(real["summaries"])
    scores = {}
    for label in label_names:
        y_sample = np.array([label in labels for labels in sample["terms"]])
        y_real = np.array([label in labels for labels in real["terms"]])
        model = LogisticRegression(C=3.0, solver="liblinear").fit(x_sample, y_sample)
        scores[label] = float(roc_auc_score(y_real, model.decision_function(x_real)))
    return scores


def measure(real_path: Path, n_rows: int | None = None, random_seed: int = 0) -> dict[str, object]:
    """Return the macro AUC, the AUC of each label and the number of real papers."""
    sample, real = read_raw(SAMPLE_PATH), read_raw(real_path)
    label_names = shared_labels(sample["terms"].tolist(), real["terms"].tolist(), N_SHARED_LABELS)
    if n_rows is not None and n_rows < len(real):
        real = real.sample(n_rows, random_state=random_seed)
    scores = carry_over(sample, real, label_names)
    return {
        "macro_auc": float(np.mean(list(scores.values()))),
        "n_papers": len(real),
        "auc": scores,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Carry-over of the bundled sample to real papers.")
    parser.add_argument("real", type=Path, help="real papers in the raw schema")
    parser.add_argument("--rows", type=int, help="use this many real papers, chosen at random")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    result = measure(options.real, options.rows)
    if options.json:
        print(json.dumps(result, indent=1))
        return
    print(f"macro AUC {result['macro_auc']:.4f} on {result['n_papers']} papers")
    for label, score in result["auc"].items():  # type: ignore[attr-defined]
        print(f"  {label:10} {score:.4f}")


if __name__ == "__main__":
    main()
