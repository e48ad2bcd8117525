"""How well a model knows what it knows: how often it is unsure, and its calibration.

    python -m benchmarks.unsure BUNDLE PAPERS.parquet

PAPERS are labelled ones that the model was not trained on: ``title``, ``abstract``, ``labels`` and
perhaps ``created``, as in a run's test_papers.parquet. Printed as JSON, of all of them, of titles
alone, of each archive (of their first label) and of each decade: the share that is called unsure,
and by how much the probability of the most probable label is off (expected calibration error, ten
bins of equal size: Naeini, Cooper & Hauskrecht 2015). Then, of each kind of text from outside
arXiv's world (``tests/outside.py``), how many of 25 get a label.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from arxivtag.papers.taxonomy import known_labels
from arxivtag.papers.texts import join_text
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.loading import load_bundle
from tests.outside import CHOSEN_WITH, outside_texts

N_BINS, MIN_PAPERS = 10, 100

Figures = dict[str, float]


def calibration_error(probability: NDArray[np.floating], is_right: NDArray[np.bool_]) -> float:
    """Return the mean distance of probability and share that is right, over bins of equal size."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, N_BINS) if len(part)]
    off = sum(abs(probability[part].mean() - is_right[part].mean()) * len(part) for part in parts)
    return float(off) / max(len(order), 1)


def judged(bundle: Bundle, texts: list[str], labels: pd.Series) -> pd.DataFrame:
    """Return of each text the top probability, whether its label is right, and whether unsure."""
    y_prob = tagger.predict(bundle, texts)
    best = y_prob.argmax(axis=1)
    known = frozenset(bundle.label_names)
    own = [known_labels(tuple(given), known) for given in labels]
    right = [bundle.label_names[top] in given for top, given in zip(best, own, strict=True)]
    unsure = [doubt is not None for doubt in tagger.doubtful(bundle, texts, y_prob)]
    return pd.DataFrame({"top": y_prob.max(axis=1), "is_right": right, "unsure": unsure})


def figures(table: pd.DataFrame) -> Figures:
    """Return the figures of some rows of :func:`judged`."""
    off = calibration_error(table["top"].to_numpy(), table["is_right"].to_numpy())
    return {
        "n": len(table),
        "unsure": round(float(table["unsure"].mean()), 4),
        "precision_at_1": round(float(table["is_right"].mean()), 4),
        "calibration_error": round(off, 4),
    }


def by_group(table: pd.DataFrame, groups: pd.Series) -> dict[str, Figures]:
    """Return the figures of each group with enough papers, the largest first."""
    counts = groups.value_counts()
    large = [str(name) for name in counts[counts >= MIN_PAPERS].index if name]
    return {name: figures(table[groups == name]) for name in large}


def of_papers(bundle: Bundle, papers: pd.DataFrame) -> dict[str, object]:
    """Return all figures on labelled papers: ``title``, ``abstract``, ``labels``, ``created``."""
    papers = papers.reset_index(drop=True)
    texts = [
        join_text(title, abstract, bundle.text_fields)
        for title, abstract in zip(papers["title"], papers["abstract"], strict=True)
    ]
    table, labels = judged(bundle, texts, papers["labels"]), papers["labels"]
    archives = labels.map(lambda given: given[0].partition(".")[0] if len(given) else "")
    told: dict[str, object] = {
        "all": figures(table),
        "titles": figures(judged(bundle, papers["title"].tolist(), labels)),
        "archives": by_group(table, archives),
    }
    if "created" in papers:
        decades = papers["created"].astype(str).str[:3] + "0s"
        told["decades"] = by_group(table, decades.where(decades.str[:3].str.isdigit(), ""))
    return told


def of_outside_texts(bundle: Bundle) -> dict[str, object]:
    """Return how many texts of each kind get a label."""
    kinds = outside_texts()
    given = {
        kind: sum(len(found) > 0 for found in tagger.tag(bundle, texts))
        for kind, texts in kinds.items()
    }
    n_texts = {kind: len(texts) for kind, texts in kinds.items()}
    measured = [kind for kind in kinds if kind not in CHOSEN_WITH]
    return {
        "labelled": given,
        "share": round(sum(given.values()) / sum(n_texts.values()), 4),
        "share_of_kinds_only_measured": round(
            sum(given[kind] for kind in measured) / sum(n_texts[kind] for kind in measured), 4
        ),
    }


def main() -> None:
    """Print all figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.unsure", description=__doc__)
    parser.add_argument("bundle", type=Path)
    parser.add_argument("papers", type=Path)
    arguments = parser.parse_args()
    bundle = load_bundle(arguments.bundle)
    told = of_papers(bundle, pd.read_parquet(arguments.papers))
    print(json.dumps({**told, "outside": of_outside_texts(bundle)}, indent=1))


if __name__ == "__main__":
    main()
