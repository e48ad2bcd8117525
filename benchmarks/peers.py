"""One contender on the features of preset ``tuned``: fitted, timed, and measured.

    python -m benchmarks.peers DATA CONTENDER [--random-seed N] [--cleaning tuned]

Contenders: ``tuned`` itself, ``svm`` (one-vs-rest LinearSVC), ``omikuji`` (one tree of Parabel's
kind) and ``fasttext`` (one-vs-all, which makes its own bigrams of the same texts). All have two
threads and the same papers; scores of validation papers decide one threshold for each label, as in
the product. The last line printed is JSON.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arxivtag.corpus import texts
from arxivtag.corpus.arrays import mask_of
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.learning import thresholds
from arxivtag.learning.measuring import evaluate_and_count
from arxivtag.papers.schema import ABSTRACT
from arxivtag.papers.texts import normalize_text
from arxivtag.runs.preparing import Features, Part, prepare
from arxivtag.settings import CleaningConfig, RunConfig, preset_settings

N_THREADS = 2
CLEANINGS = {"example": CleaningConfig(), "tuned": preset_settings("tuned").cleaning}
Scores = NDArray[np.float32]
Score = Callable[[Part], Scores]  # (n_samples, n_labels), the higher the likelier


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data")
    parser.add_argument("contender", choices=sorted(CONTENDERS))
    parser.add_argument("--random-seed", type=int, default=42)
    parser.add_argument("--cleaning", choices=sorted(CLEANINGS), default="example")
    arguments = parser.parse_args()
    settings = dataclasses.replace(
        preset_settings("tuned"),
        data=arguments.data,
        cleaning=CLEANINGS[arguments.cleaning],
        random_seed=arguments.random_seed,
    )
    corpus = open_corpus(arguments.data)
    result = measure(corpus, settings, arguments.contender)
    print(f"\n{json.dumps(result)}")  # Omikuji leaves its last line unfinished


def measure(corpus: Corpus, settings: RunConfig, contender: str) -> dict[str, Any]:
    """Fit a contender; return its seconds, its papers tagged a second and its test figures."""
    features = prepare(corpus, settings)
    with tempfile.TemporaryDirectory() as folder:
        fit = CONTENDERS[contender](corpus, features, settings, Path(folder))
        started, processor_started = time.perf_counter(), time.process_time()
        score = fit()
        fitted, processor_fitted = time.perf_counter(), time.process_time()
        y_score = score(features.test)
        tagged = time.perf_counter()
        chosen = thresholds.choose(features.val.y_true, score(features.val), "per_label")
    y_pred = thresholds.apply(chosen, y_score)
    return {
        "seconds": {
            "train": round(fitted - started, 2),
            "train_processor": round(processor_fitted - processor_started, 2),
        },
        "papers_a_second": round(len(features.test) / (tagged - fitted)),
        "evaluation": evaluate_and_count(features.test.y_true, y_pred, y_score),
    }


# Each takes corpus, features, settings and an empty folder, gets ready, which is not timed (as
# imports and files that others read), and returns what is timed.


def tuned(_: Corpus, features: Features, settings: RunConfig, __: Path) -> Callable[[], Score]:
    """Return the fit of our own network; compiling counts."""
    import arxivtag.learning.engine.building  # noqa: F401  imported while papers are prepared
    from arxivtag.learning.network import probabilities
    from arxivtag.learning.training import Trainer

    def fit() -> Score:
        network = Trainer(features.train, features.val, settings).fit().network
        return lambda part: probabilities(network, part.rows)

    return fit


def svm(_: Corpus, features: Features, __: RunConfig, ___: Path) -> Callable[[], Score]:
    """Return the fit of one linear support vector machine for each label."""
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.svm import LinearSVC

    def fit() -> Score:
        classifier = OneVsRestClassifier(LinearSVC(C=0.5), n_jobs=N_THREADS)
        classifier.fit(features.train.rows.to_scipy(), features.train.y_true.astype(int))
        return lambda part: classifier.decision_function(part.rows.to_scipy()).astype(np.float32)

    return fit


def omikuji(_: Corpus, features: Features, __: RunConfig, folder: Path) -> Callable[[], Score]:
    """Return the fit of one Omikuji tree; it reads a file, which counts."""
    import omikuji

    n_labels = len(features.label_names)
    path = folder / "train.txt"
    with path.open("w") as file:
        file.write(f"{len(features.train)} {features.train.rows.n_features} {n_labels}\n")
        for labels, pairs in zip(features.train.y_true, _pairs(features.train), strict=True):
            numbers = ",".join(map(str, np.flatnonzero(labels)))
            file.write(numbers + "".join(f" {f}:{value:.6g}" for f, value in pairs) + "\n")

    def score(model: Any, part: Part) -> Scores:
        scores = np.zeros((len(part), n_labels), np.float32)
        for row, pairs in enumerate(_pairs(part)):
            for label, value in model.predict(pairs, top_k=n_labels):
                scores[row, label] = value
        return scores

    def fit() -> Score:
        parameters = omikuji.Model.default_hyper_param()
        parameters.n_trees = 1
        model = omikuji.Model.train_on_data(str(path), parameters, N_THREADS)
        return lambda part: score(model, part)

    return fit


def _pairs(part: Part) -> list[list[tuple[int, float]]]:
    """Return each paper's n-grams and weights."""
    rows = part.rows
    bounds = zip(rows.indptr[:-1], rows.indptr[1:], strict=True)
    return [
        list(zip(rows.indices[a:b].tolist(), rows.data[a:b].tolist(), strict=True))
        for a, b in bounds
    ]


def fasttext(corpus: Corpus, features: Features, _: RunConfig, folder: Path) -> Callable[[], Score]:
    """Return the fit of fastText; it reads a file, which counts."""
    import fasttext

    n_labels = len(features.label_names)
    path = folder / "train.txt"
    read = {
        id(part): _texts(corpus, part) for part in (features.train, features.val, features.test)
    }
    with path.open("w") as file:
        for labels, text in zip(features.train.y_true, read[id(features.train)], strict=True):
            numbers = " ".join(f"__label__{label}" for label in np.flatnonzero(labels))
            file.write(f"{numbers} {text}\n")

    def score(model: Any, part: Part) -> Scores:
        scores = np.zeros((len(part), n_labels), np.float32)
        # Not ``model.predict``, which does not work with numpy 2: of a list of texts it gives each
        # text's labels one value, the highest.
        for row, text in enumerate(read[id(part)]):
            for value, name in model.f.predict(f"{text}\n", -1, 0.0, "strict"):
                scores[row, int(name.removeprefix("__label__"))] = value
        return scores

    def fit() -> Score:
        model = fasttext.train_supervised(
            str(path), loss="ova", wordNgrams=2, minCount=6, lr=0.5, epoch=25, thread=N_THREADS,
            bucket=200_000, verbose=0,
        )  # fmt: skip
        return lambda part: score(model, part)

    return fit


def _texts(corpus: Corpus, part: Part) -> list[str]:
    """Return the abstracts of a split, each on one line."""
    tables = texts.batches(corpus, mask_of(part.papers, corpus.n_papers), [ABSTRACT])
    return [
        " ".join(normalize_text(text).split())
        for table in tables
        for text in table.column(0).to_pylist()
    ]


CONTENDERS = {"tuned": tuned, "svm": svm, "omikuji": omikuji, "fasttext": fasttext}

if __name__ == "__main__":
    main()
