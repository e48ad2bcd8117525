"""Builds the pretrained bundle in assets/pretrained and its figures.

    python -m tools.make_pretrained path/to/arxiv_abstracts.csv.xz

1. The ``tuned`` preset is trained on all n-grams: the full model.
2. Its 40,000 most important n-grams are kept (tools.pruning).
3. The first kernels are stored as a product of two small ones (arxivtag.tagging.factoring) of
   rank 128, the larger one in 4 bits (arxivtag.tagging.quantizing).
4. The stored bundle is read back; calibration and thresholds are fitted anew to its probabilities
   of the validation papers, and both models are evaluated on the test split.

No text of any paper is written: weights, n-grams that occur in several papers, label names.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from arxivtag import config, storage
from arxivtag.learning import evaluation, metrics, network, training
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.features import SparseRows, count_unknown_labels, encode_labels
from arxivtag.learning.thresholds import Thresholds, apply
from arxivtag.learning.vectorizer import fit_transform
from arxivtag.papers import cleaning, sources, splits
from arxivtag.papers.cleaning import label_names_of
from arxivtag.papers.texts import normalize_text
from arxivtag.settings import RunConfig, preset_settings
from arxivtag.tagging import factoring, tagger
from arxivtag.tagging.bundle import Bundle, load_bundle, new_manifest, save_bundle
from tools import pruning

# No kept n-gram may point to one paper.
MIN_PAPERS = 5
MAX_MB = 8
# More of either gains at most 0.003 LRAP (60,000 and 196 were tried) and loads slower.
N_TERMS, RANK = 40_000, 128
FIGURES = (*metrics.HEADLINE_KEYS, "binary_accuracy_all_zeros")


def main() -> None:
    """Build, compare, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="papers in the raw schema")
    parser.add_argument("--out", type=Path, default=config.PRETRAINED_PATH)
    parser.add_argument("--random-seed", type=int, default=42)
    parser.add_argument("--epochs", type=int, default=None, help="to try the script quickly")
    arguments = parser.parse_args()

    run_config = dataclasses.replace(
        preset_settings("tuned"), data="arxiv-abstracts", random_seed=arguments.random_seed
    )
    if arguments.epochs:
        shorter = dataclasses.replace(run_config.training, epochs=arguments.epochs)
        run_config = dataclasses.replace(run_config, training=shorter)
    corpus = sources.load(arguments.data)
    cleaned = cleaning.clean(corpus.papers, run_config.cleaning)
    parts = splits.split(cleaned.papers, run_config.split, run_config.random_seed)
    label_names = label_names_of(parts.train["labels"].tolist())
    texts = {
        name: [normalize_text(text) for text in papers["abstract"]]
        for name, papers in (("train", parts.train), ("val", parts.val), ("test", parts.test))
    }
    y_true = {
        name: encode_labels(papers["labels"].tolist(), label_names)
        for name, papers in (("train", parts.train), ("val", parts.val), ("test", parts.test))
    }

    vectorizer, rows = fit_transform(texts["train"], run_config.vectorizer)
    full = train(run_config, vectorizer, rows, texts, y_true, label_names)
    full_figures = figures(full, texts["test"], y_true["test"])
    show("full model", full_figures, len(vectorizer))

    papers_with = np.bincount(rows.indices, minlength=rows.n_features)
    importance = pruning.term_importance(full.network, rows)
    importance[papers_with < MIN_PAPERS] = 0
    columns = pruning.most_important(importance, min(N_TERMS, int((importance > 0).sum())))
    about = {
        "data": {
            "name": "arXiv abstracts",
            "source": "doi 10.5281/zenodo.1463242",
            "fingerprint": corpus.fingerprint,
            "synthetic": False,
            "n_rows": len(corpus.papers),
            "n_train": len(parts.train),
            "n_val": len(parts.val),
            "n_test": len(parts.test),
        },
        "full_model": {"n_features": len(vectorizer), "evaluation": full_figures},
        "min_papers_per_term": MIN_PAPERS,
    }
    small = dataclasses.replace(
        full,
        manifest=new_manifest(run_config, corpus.fingerprint, **about),
        vectorizer=pruning.prune_vectorizer(vectorizer, columns),
        network=factoring.cut_features(full.network, columns),
    )
    factors = factoring.factorize(small.network, small.vectorizer.transform(texts["train"]), RANK)

    # Decisions and figures are those of the file: of 4-bit weights, read back.
    with tempfile.TemporaryDirectory() as folder:
        save_bundle(small, Path(folder) / "bundle", precision="int4", factors=factors)
        small = load_bundle(Path(folder) / "bundle")
    small = decided(run_config, small, texts["val"], y_true["val"])
    small_figures = figures(small, texts["test"], y_true["test"])
    small_figures["n_unknown_labels"] = count_unknown_labels(
        parts.test["labels"].tolist(), label_names
    )
    small.manifest["evaluation"] = small_figures
    save_bundle(small, arguments.out, precision="int4", factors=factors)
    show(f"pretrained bundle, rank {RANK}", small_figures, len(columns))
    size_mb = sum(path.stat().st_size for path in arguments.out.iterdir()) / 1e6
    print(f"{arguments.out}: {size_mb:.2f} MB")
    write_model_card_figures(arguments.out, full_figures, small_figures, size_mb)
    check(full_figures, small_figures, size_mb)


def train(
    run_config: RunConfig,
    vectorizer: Any,
    rows: SparseRows,
    texts: dict[str, list[str]],
    y_true: dict[str, Any],
    label_names: tuple[str, ...],
) -> Bundle:
    """Train on ``rows``; calibration and thresholds come from the validation papers."""
    started = time.perf_counter()
    val = vectorizer.transform(texts["val"])
    fitted = training.fit(
        rows,
        y_true["train"],
        val,
        y_true["val"],
        model=run_config.model,
        training=run_config.training,
        random_seed=run_config.random_seed,
        on_tick=say,
        should_stop=lambda: False,
    )
    print(f"trained in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    undecided = Thresholds("global", np.full(len(label_names), 0.5, np.float32))
    bundle = Bundle({}, vectorizer, fitted.network, label_names, undecided, Calibration())
    return decided(run_config, bundle, texts["val"], y_true["val"])


def decided(run_config: RunConfig, bundle: Bundle, texts: list[str], y_true: Any) -> Bundle:
    """Return ``bundle`` with calibration and thresholds from these validation papers."""
    raw = network.probabilities(bundle.network, tagger.features(bundle, texts))
    calibration, thresholds = evaluation.fit_decision(y_true, raw, run_config.evaluation)
    return dataclasses.replace(bundle, calibration=calibration, thresholds=thresholds)


def figures(bundle: Bundle, texts: list[str], y_true: Any) -> dict[str, Any]:
    """Return the headline figures on labelled texts, through the tagger."""
    y_prob = tagger.predict(bundle, texts)
    found = metrics.headline(y_true, y_prob, apply(bundle.thresholds, y_prob), bundle.label_names)
    return {"n_samples": len(texts), "n_labels": len(bundle.label_names)} | {
        key: round(float(found[key] or 0.0), 4) for key in FIGURES
    }


def say(record: dict[str, Any]) -> None:
    if record.get("kind") == "epoch":
        print(
            f"epoch {record['epoch']}: loss {record['loss']:.4f}, "
            f"val_loss {record['val_loss']:.4f}",
            file=sys.stderr,
        )


def show(name: str, found: dict[str, Any], n_terms: int) -> None:
    print(f"{name} ({n_terms:,} n-grams)")
    print(json.dumps(found))


def write_model_card_figures(
    folder: Path, full: dict[str, Any], small: dict[str, Any], size_mb: float
) -> None:
    """Put the table of figures between the markers of the model card, if it is there."""
    card = folder.parent / "MODEL_CARD.md"
    if not card.is_file():
        return
    lines = ["| figure | full model | this bundle |", "|---|---|---|"]
    lines += [f"| {key} | {full[key]:.3f} | {small[key]:.3f} |" for key in FIGURES]
    manifest = json.loads((folder / "manifest.json").read_text())
    lines += [
        "",
        f"{manifest['n_features']:,} of {manifest['full_model']['n_features']:,} n-grams, "
        f"{manifest['n_labels']} labels, rank {manifest['network']['rank']}, {size_mb:.1f} MB; "
        f"{manifest['data']['n_train']:,} training, {manifest['data']['n_val']:,} validation and "
        f"{manifest['data']['n_test']:,} test papers; "
        f"random seed {manifest['config']['random_seed']}.",
    ]
    start, end = "<!-- figures: start -->", "<!-- figures: end -->"
    text = card.read_text(encoding="utf-8")
    before, after = text.split(start)[0], text.split(end)[1]
    storage.write_text(card, f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{after}")


def check(full: dict[str, Any], small: dict[str, Any], size_mb: float) -> None:
    """Stop with what is missed, if the bundle is too large or lost too much."""
    lost = {key: full[key] - small[key] for key in ("micro_f1", "lrap")}
    print(f"lost: {', '.join(f'{key} {value:.4f}' for key, value in lost.items())}")
    if size_mb > MAX_MB or max(lost.values()) > 0.01:
        sys.exit("missed: at most 8 MB, and at most 0.01 lost in micro-F1 and LRAP")


if __name__ == "__main__":
    main()
