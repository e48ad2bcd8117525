"""Builds the pretrained bundle in assets/pretrained and its figures.

    python -m tools.make_pretrained path/to/arxiv_abstracts.csv.xz

1. The ``tuned`` preset is trained on all n-grams: the full model.
2. Its most important n-grams are kept (tools.pruning), and a network with fewer hidden units is
   trained on these alone.
3. Both models are evaluated on the test split.

No text of any paper is written: weights, n-grams that occur in several papers, label names. The
sample's papers are invented, so a model of them is written to build/pretrained.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from arxivtag import config, storage
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.corpus.texts import batches
from arxivtag.learning import measuring, metrics, network
from arxivtag.learning.calibration import Calibration
from arxivtag.learning.decision import Scored, fit_decision
from arxivtag.learning.features import Examples, SparseRows
from arxivtag.learning.selection import take_terms
from arxivtag.learning.thresholds import Thresholds, apply
from arxivtag.learning.training import Trainer
from arxivtag.learning.vectorizer import Vectorizer
from arxivtag.papers.schema import ABSTRACT
from arxivtag.runs import preparing
from arxivtag.runs.preparing import Features, Preparation
from arxivtag.settings import RunConfig, preset_settings
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle, new_manifest
from arxivtag.tagging.saving import save_bundle
from tools import pruning

# No kept n-gram may point to one paper.
MIN_PAPERS = 5
MAX_MB = 9
# Most of micro-F1 and of LRAP that the bundle may lose against the full model.
MAX_LOST = 0.005
# The best of those that fit into 9 MB (figures: assets/MODEL_CARD.md).
N_TERMS, HIDDEN_UNITS, DROPOUT_RATE = 22_000, 256, 0.6
SAMPLE_OUT = config.PROJECT_FOLDER / "build" / "pretrained"
FIGURES = (*metrics.HEADLINE_KEYS, "binary_accuracy_all_zeros")

Figures = dict[str, float]


@dataclass(frozen=True)
class Part:
    """The papers of one split: cleaned texts, and labels ``(n_papers, n_labels)``."""

    texts: list[str]
    y_true: NDArray[np.bool_]


@dataclass(frozen=True)
class Data:
    """The papers by split, and what they came from."""

    corpus: Corpus
    features: Features
    train: Part
    val: Part
    test: Part

    def about(self) -> dict[str, object]:
        """Return what the manifest says of the data."""
        published = {"name": "arXiv abstracts", "source": "doi 10.5281/zenodo.1463242"}
        sample = {"name": self.corpus.name, "source": "sample"}
        return {
            **(sample if self.corpus.report.synthetic else published),
            "fingerprint": self.corpus.fingerprint,
            "synthetic": self.corpus.report.synthetic,
            "n_rows": self.corpus.n_papers,
            "n_train": len(self.train.texts),
            "n_val": len(self.val.texts),
            "n_test": len(self.test.texts),
        }


def main() -> None:
    """Train both models, compare them, write the small one."""
    arguments = parse_arguments()
    settings = full_settings(arguments.random_seed, arguments.epochs)
    data = load_data(arguments.data, settings)
    out = arguments.out or default_out(synthetic=data.corpus.report.synthetic)

    vectorizer, rows = data.features.vectorizer, data.features.train.rows
    full = train(settings, vectorizer, rows, data)
    full_figures = evaluate(full, data.test)
    show(f"full model, {len(vectorizer):,} n-grams", full_figures)

    small_settings = with_fewer_units(settings)
    kept = important_terms(full, rows)
    small = train(small_settings, kept, kept.transform(data.train.texts), data)
    small_figures = evaluate(small, data.test)
    show(f"pretrained bundle, {len(kept):,} n-grams", small_figures)

    manifest = new_manifest(
        small_settings,
        data.corpus.fingerprint,
        data=data.about(),
        full_model={"n_features": len(vectorizer), "evaluation": full_figures},
        min_papers_per_term=MIN_PAPERS,
        evaluation={**small_figures, "n_unknown_labels": data.features.test.n_unknown_labels},
    )
    write(
        dataclasses.replace(small, manifest=manifest),
        out,
        must_hold=not data.corpus.report.synthetic,
    )


def parse_arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.make_pretrained", description="Build the pretrained bundle."
    )
    parser.add_argument("data", help="the published arXiv abstracts, or 'sample' to try the tool")
    parser.add_argument(
        "--out", type=Path, help="folder to write (assets/pretrained; build/pretrained for sample)"
    )
    parser.add_argument("--random-seed", type=int, default=42)
    parser.add_argument("--epochs", type=int, help="fewer of them, to try the tool quickly")
    return parser.parse_args()


def default_out(*, synthetic: bool) -> Path:
    """Return the folder to write where none was named."""
    return SAMPLE_OUT if synthetic else config.PRETRAINED_PATH


def full_settings(random_seed: int, epochs: int | None) -> RunConfig:
    """Return the settings of the full model: the ``tuned`` preset."""
    settings = preset_settings("tuned")
    learning = settings.training
    if epochs:
        learning = dataclasses.replace(learning, epochs=epochs)
    return dataclasses.replace(
        settings, data="arxiv-abstracts", random_seed=random_seed, training=learning
    )


def with_fewer_units(settings: RunConfig) -> RunConfig:
    """Return the settings of the small model."""
    model = dataclasses.replace(
        settings.model, hidden_units=(HIDDEN_UNITS,), dropout_rate=DROPOUT_RATE
    )
    return dataclasses.replace(settings, model=model)


def load_data(source: str, settings: RunConfig) -> Data:
    """Return the papers of a source, cleaned, split and vectorized."""
    corpus = open_corpus(source)
    preparation = Preparation(corpus, settings)
    preparation.clean()
    preparation.split()
    features = preparation.vectorize()

    def part(side: preparing.Part) -> Part:
        papers = np.zeros(corpus.n_papers, dtype=bool)
        papers[side.papers] = True
        tables = batches(corpus, papers, [ABSTRACT])
        texts = [text for table in tables for text in table.column(0).to_pylist()]
        return Part(texts, side.y_true)

    return Data(corpus, features, part(features.train), part(features.val), part(features.test))


def train(settings: RunConfig, vectorizer: Vectorizer, rows: SparseRows, data: Data) -> Bundle:
    """Train on ``rows``; calibration and thresholds come from the validation papers."""
    started = time.perf_counter()
    train = Examples(rows, data.train.y_true)
    val = Examples(vectorizer.transform(data.val.texts), data.val.y_true)
    fitted = Trainer(train, val, settings, on_tick=say).fit()
    print(f"trained in {time.perf_counter() - started:.0f} s", file=sys.stderr)
    names = data.features.label_names
    undecided = Thresholds("global", np.full(len(names), 0.5, np.float32))
    bundle = Bundle({}, vectorizer, fitted.network, names, undecided, Calibration())
    return decided(settings, bundle, data.val)


def important_terms(full: Bundle, rows: SparseRows) -> Vectorizer:
    """Return a vectorizer of the n-grams that matter most to the full model."""
    importance = pruning.term_importance(full.network, rows)
    papers_with = np.bincount(rows.indices, minlength=rows.n_features)
    importance[papers_with < MIN_PAPERS] = 0
    n_terms = min(N_TERMS, int((importance > 0).sum()))
    return take_terms(full.vectorizer, pruning.most_important(importance, n_terms))


def decided(settings: RunConfig, bundle: Bundle, val: Part) -> Bundle:
    """Return ``bundle`` with calibration and thresholds from the validation papers."""
    raw = network.probabilities(bundle.network, tagger.features(bundle, val.texts))
    scored = Scored(val.y_true, raw, np.ones(len(val.texts), dtype=bool))
    decision, _ = fit_decision(scored, settings.evaluation)
    return dataclasses.replace(
        bundle, calibration=decision.calibration, thresholds=decision.thresholds
    )


def evaluate(bundle: Bundle, test: Part) -> Figures:
    """Return the figures of the model card on labelled texts, through the tagger."""
    y_prob = tagger.predict(bundle, test.texts)
    y_pred = apply(bundle.thresholds, y_prob)
    figures = measuring.evaluate_and_count(test.y_true, y_pred, y_prob)
    return {"n_samples": len(test.texts), "n_labels": len(bundle.label_names)} | {
        key: round(float(figures[key] or 0.0), 4) for key in FIGURES
    }


def say(record: Mapping[str, object]) -> None:
    """Print an epoch's losses."""
    if record.get("kind") == "epoch":
        print(
            f"epoch {record['epoch']}: loss {record['loss']:.4f}, "
            f"val_loss {record['val_loss']:.4f}",
            file=sys.stderr,
        )


def show(name: str, figures: Figures) -> None:
    """Print a model's figures."""
    print(name)
    print(json.dumps(figures))


def write(bundle: Bundle, out: Path, *, must_hold: bool) -> None:
    """Write the bundle and the figures of its model card.

    Args:
        bundle: The small model.
        out: The folder.
        must_hold: Whether to write nothing and exit with 1 where it is too large or lost too
            much. Otherwise that is a warning.
    """
    with tempfile.TemporaryDirectory() as folder:
        save_bundle(bundle, Path(folder) / "bundle")
        size_mb = folder_size_mb(Path(folder) / "bundle")
    problem = missed(bundle, size_mb)
    if problem and must_hold:
        sys.exit(f"Nothing was written. {problem}")
    if problem:
        print(f"Warning: {problem}", file=sys.stderr)
    save_bundle(bundle, out)
    write_model_card_figures(bundle, out.parent / "MODEL_CARD.md", size_mb)
    print(f"{out}: {size_mb:.2f} MB")


def folder_size_mb(folder: Path) -> float:
    """Return the size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.iterdir()) / 1e6


def missed(bundle: Bundle, size_mb: float) -> str:
    """Return what the bundle misses in one sentence, or an empty string."""
    full, small = bundle.manifest["full_model"]["evaluation"], bundle.manifest["evaluation"]
    lost = {key: full[key] - small[key] for key in ("micro_f1", "lrap")}
    print(f"lost: {', '.join(f'{key} {value:.4f}' for key, value in lost.items())}")
    if size_mb <= MAX_MB and max(lost.values()) <= MAX_LOST:
        return ""
    return (
        f"The bundle should have at most {MAX_MB} MB and lose at most {MAX_LOST} of micro-F1 and "
        f"LRAP. It has {size_mb:.1f} MB and lost {max(lost.values()):.4f}."
    )


def write_model_card_figures(bundle: Bundle, card: Path, size_mb: float) -> None:
    """Put the table of figures between the markers of the model card, if there is one."""
    if not card.is_file():
        return
    manifest = bundle.manifest
    full, small = manifest["full_model"]["evaluation"], manifest["evaluation"]
    data, settings = manifest["data"], manifest["config"]
    lines = ["| figure | full model | this bundle |", "|---|---|---|"]
    lines += [f"| {key} | {full[key]:.3f} | {small[key]:.3f} |" for key in FIGURES]
    lines += [
        "",
        f"{len(bundle.vectorizer):,} of {manifest['full_model']['n_features']:,} n-grams, "
        f"{len(bundle.label_names)} labels, {settings['model']['hidden_units'][0]} hidden units, "
        f"{size_mb:.1f} MB; {data['n_train']:,} training, {data['n_val']:,} validation and "
        f"{data['n_test']:,} test papers; random seed {settings['random_seed']}.",
    ]
    start, end = "<!-- figures: start -->", "<!-- figures: end -->"
    text = card.read_text(encoding="utf-8")
    before, after = text.split(start)[0], text.split(end)[1]
    storage.write_text(card, f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{after}")


if __name__ == "__main__":
    main()
