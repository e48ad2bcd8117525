"""Builds the pretrained bundle in assets/pretrained, and the figures of its card.

    python -m tools.make_pretrained path/to/arxiv_all.csv.xz

1. The papers are divided (tools.pretraining_papers), and the n-grams chosen that tell most of
   their areas, on a sample in which every area has about as many papers.
2. A network learns from the papers that are not held out; papers of its own decide calibration
   and thresholds; the figures are those of this model on the held-out papers.
3. The model that is written learns the same way from the held-out papers too: it knows the words
   of the newest months. Its calibration and thresholds are decided as those of the first.

No text of any paper is written: weights, n-grams that occur in several papers, label names. The
sample's papers are invented, so a model of them is written to build/pretrained.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag import config
from arxivtag.corpus.arrays import Ints
from arxivtag.corpus.cleaning import clean_rows
from arxivtag.corpus.splits import TEST, TRAIN, VAL, split_rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.corpus.texts import papers_at
from arxivtag.learning import network
from arxivtag.learning.features import Examples, SparseRows
from arxivtag.learning.predictions import Scored, fit_decision
from arxivtag.learning.training import Trainer
from arxivtag.learning.vectorizer import Vectorizer, stack
from arxivtag.papers.schema import ABSTRACT, TITLE
from arxivtag.papers.texts import join_text
from arxivtag.settings import RunConfig, preset_settings, with_settings
from arxivtag.tagging.bundle import Bundle, new_manifest
from arxivtag.tagging.saving import save_bundle
from arxivtag.tagging.scope_fitting import with_scope
from tools import say
from tools.pretraining_features import make_features
from tools.pretraining_figures import figures_of, figures_on, write_figures
from tools.pretraining_papers import (
    Division,
    Papers,
    divide,
    plain_titles,
    read_papers,
    truth,
)

MAX_MB = 14
# No kept n-gram may point to one paper: it stands in at least so many of the sample.
MIN_PAPERS = 10
# What fits into 14 MB (figures of others: assets/MODEL_CARD.md).
SETTINGS = {
    "text_fields": "title_and_abstract",
    "max_features": 39_500,
    "epochs": 4,
    "min_document_frequency": MIN_PAPERS,
    "hidden_units": (160,),
    "dropout_rate": 0.35,
    "loss": "any_crossentropy",
    "rare_label_lift": 0.0,
    "calibration": "top_label",
}
# Papers of each primary area in the sample that chooses n-grams, at most and about.
N_CHOOSING = 1_500
# Papers of a primary area with fewer than so many are learnt from more than once.
N_THIN, MOST_TIMES = 2_500, 1.5
OLDER_TIMES = 2
SAMPLE_OUT = config.PROJECT_FOLDER / "build" / "pretrained"
# The data of the model before this one, if it lies beside the papers.
OLDER_DATA = "arxiv_abstracts.csv.xz"


@dataclass(frozen=True, eq=False)
class Labelled:
    """Texts with their areas, ``(n_texts, n_labels)`` bool."""

    texts: list[str]
    y_true: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Older:
    """The older data, of machine learning up to 2019, of which the papers have few.

    Attributes:
        train: What is learnt from: papers that the corpus does not have.
        test: What the older model was measured on.
        left_out: Rows of the corpus with a title of ``test``.
    """

    train: Labelled
    test: Labelled
    left_out: Ints


def main() -> None:
    """Train, measure, train on all, write."""
    arguments = parse_arguments()
    settings = pretraining_settings(arguments)
    papers = read_papers(open_corpus(arguments.data))
    out = arguments.out or default_out(synthetic=papers.corpus.report.synthetic)
    older = older_data(papers, Path(arguments.data).with_name(OLDER_DATA))
    division = divide(papers, older.left_out, settings.random_seed)
    vectorizer, rows = make_features(
        papers, evened(papers, division.train, settings.random_seed), settings.vectorizer
    )
    say(f"{len(vectorizer):,} n-grams, {len(division.train):,} papers to learn from")
    more = Examples(vectorizer.transform(older.train.texts), older.train.y_true)
    measured = train(settings, papers, vectorizer, rows, division, more)
    figures = figures_of(measured, papers, division)
    if older.test.texts:
        figures["older"] = {
            "machine learning": figures_on(measured, older.test.texts, older.test.y_true)
        }
    everything = np.sort(np.concatenate([division.train, *division.sets.values()]))
    division = dataclasses.replace(division, train=everything)
    bundle = with_scope(
        train(settings, papers, vectorizer, rows, division, more),
        papers.corpus, everything, division.val,
    )  # fmt: skip
    about = {"data": about_data(papers.corpus, division), "min_papers_per_term": MIN_PAPERS}
    manifest = new_manifest(settings, papers.corpus.fingerprint, **about, evaluation=figures)
    size_mb = write(dataclasses.replace(bundle, manifest=manifest), out)
    write_figures({**figures, "size_mb": size_mb}, out.with_name("model_figures.json"),
                  out.with_name("MODEL_CARD.md"))  # fmt: skip
    say(f"{out}: {size_mb:.2f} MB")


def parse_arguments() -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.make_pretrained", description="Build the pretrained bundle."
    )
    parser.add_argument("data", help="papers of all arXiv, or 'sample' to try the tool")
    parser.add_argument(
        "--out", type=Path, help="folder to write (assets/pretrained; build/pretrained for sample)"
    )
    parser.add_argument("--random-seed", type=int, default=42)
    parser.add_argument("--epochs", type=int, default=SETTINGS["epochs"])
    return parser.parse_args()


def pretraining_settings(arguments: argparse.Namespace) -> RunConfig:
    """Return the ``tuned`` preset with what differs here."""
    asked = {"epochs": arguments.epochs, "random_seed": arguments.random_seed}
    settings = with_settings(preset_settings("tuned"), {**SETTINGS, **asked})
    return dataclasses.replace(settings, data="arxiv-all")


def default_out(*, synthetic: bool) -> Path:
    """Return the folder to write where none was named."""
    return SAMPLE_OUT if synthetic else config.PRETRAINED_PATH


def older_data(papers: Papers, path: Path) -> Older:
    """Return the older data that lies beside the papers; nothing if it does not."""
    if not path.is_file():
        nothing = Labelled([], np.zeros((0, len(papers.label_names)), dtype=np.bool_))
        return Older(nothing, nothing, np.empty(0, dtype=np.int64))
    corpus, settings = open_corpus(str(path)), preset_settings("tuned")
    parts = split_rows(
        corpus, clean_rows(corpus, settings.cleaning), settings.split, settings.random_seed
    )
    titles, known = plain_titles(corpus), plain_titles(papers.corpus)
    test = parts.of(TEST)
    held_out = {titles[row] for row in test}
    seen = held_out.union(known)
    others = np.sort(np.concatenate([parts.of(TRAIN), parts.of(VAL)]))
    train = np.array([row for row in others if titles[row] not in seen], dtype=np.int64)
    left_out = [row for row, title in enumerate(known) if title in held_out]
    y_true, _ = truth(corpus.labels, papers.label_names)

    def labelled(rows: Ints) -> Labelled:
        table = papers_at(corpus, rows)
        pairs = zip(table[TITLE], table[ABSTRACT], strict=True)
        texts = [join_text(title, abstract, "title_and_abstract") for title, abstract in pairs]
        return Labelled(texts, y_true[rows])

    return Older(labelled(train), labelled(test), np.array(left_out, dtype=np.int64))


def evened(papers: Papers, rows: Ints, random_seed: int) -> Ints:
    """Return a sample in which large areas have about :data:`N_CHOOSING` primary papers."""
    counts = np.bincount(papers.primary[rows], minlength=len(papers.label_names))
    share = np.minimum(1, N_CHOOSING / np.maximum(counts, 1))[papers.primary[rows]]
    return rows[np.random.default_rng(random_seed).random(len(rows)) < share]


def drawn(papers: Papers, rows: Ints, random_seed: int) -> Ints:
    """Return the papers to learn from, those of thin areas up to :data:`MOST_TIMES` by chance."""
    counts = np.bincount(papers.primary[rows], minlength=len(papers.label_names))
    times = np.clip(np.sqrt(N_THIN / np.maximum(counts, 1)), 1, MOST_TIMES)[papers.primary[rows]]
    chance = np.random.default_rng(random_seed).random(len(rows))
    return np.repeat(rows, np.floor(times + chance).astype(np.int64))


def train(
    settings: RunConfig,
    papers: Papers,
    vectorizer: Vectorizer,
    rows: SparseRows,
    division: Division,
    more: Examples,
) -> Bundle:
    """Return a model of the training papers and some more, decided by the validation papers."""
    started = time.perf_counter()
    chosen, n_features = drawn(papers, division.train, settings.random_seed), rows.n_features
    train = Examples(
        stack([rows.take(chosen), *[more.rows] * OLDER_TIMES], n_features),
        np.concatenate([papers.y_true[chosen], *[more.y_true] * OLDER_TIMES]),
    )
    val = Examples(rows.take(division.val), papers.y_true[division.val])
    fitted = Trainer(train, val, settings, on_tick=tell).fit()
    scored = Scored(
        val.y_true, network.probabilities(fitted.network, val.rows), val.rows.readable()
    )
    decision, _ = fit_decision(scored, settings.evaluation)
    say(f"trained in {time.perf_counter() - started:.0f} s")
    return Bundle({}, vectorizer, fitted.network, papers.label_names, decision.thresholds,
                  decision.calibration, text_fields="title_and_abstract")  # fmt: skip


def about_data(corpus: Corpus, division: Division) -> dict[str, Any]:
    """Return what the manifest says of the data."""
    return {
        "name": corpus.name,
        "fingerprint": corpus.fingerprint,
        "synthetic": corpus.report.synthetic,
        "n_rows": corpus.n_papers,
        "n_train": len(division.train),
        "n_val": len(division.val),
        "n_test": {name: len(rows) for name, rows in division.sets.items()},
    }


def write(bundle: Bundle, out: Path) -> float:
    """Write the bundle and return its size in MB; one that is too large is not written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bundle"
        save_bundle(bundle, path)
        size_mb = sum(file.stat().st_size for file in path.iterdir()) / 1e6
    if size_mb > MAX_MB:
        sys.exit(f"Nothing was written: the bundle should have {MAX_MB} MB at most. "
                 f"It has {size_mb:.1f} MB.")  # fmt: skip
    save_bundle(bundle, out)
    return round(size_mb, 2)


def tell(record: Mapping[str, object]) -> None:
    """Print an epoch's losses."""
    if record.get("kind") == "epoch":
        say(f"epoch {record['epoch']}: loss {record['loss']:.4f}, "
            f"val_loss {record['val_loss']:.4f}")  # fmt: skip


if __name__ == "__main__":
    main()
