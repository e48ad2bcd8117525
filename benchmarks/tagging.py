"""How fast a bundle loads, tags and explains, beside the Keras example's own way in one run.

    python benchmarks/tagging.py [DATA] [--model pretrained]

DATA is a file of papers (default: the bundled sample); its first 1,000 abstracts are used, and
20,000 by repetition for the batches. The Keras way is the same model, exported: strings through
``TextVectorization``, then ``predict``, on the JAX backend as in the example.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from arxivtag import config
from arxivtag.papers.texts import normalize_text
from arxivtag.runs.registry import resolve_model
from arxivtag.tagging import explanation, tagger
from arxivtag.tagging.export import export_keras
from arxivtag.tagging.loading import load_bundle
from benchmarks.papers import read_papers

N_TEXTS, N_MANY, N_SINGLE = 1_000, 20_000, 200

KERAS_WAY = """
import json, statistics, sys, time
import numpy as np
started = time.perf_counter()
import keras
import_s = time.perf_counter() - started
started = time.perf_counter()
model = keras.saving.load_model(sys.argv[1])
load_s = time.perf_counter() - started
vectorization, network = model.get_layer("text_vectorization"), model.get_layer("network")
texts = json.load(open(sys.argv[2]))
def predict(texts):
    return np.concatenate([
        network.predict(vectorization(texts[i : i + 128]), verbose=0, batch_size=128)
        for i in range(0, len(texts), 128)
    ])
predict(texts[:1]), predict(texts[:128])
singles = []
for text in texts[:50]:
    started = time.perf_counter()
    predict([text])
    singles.append(time.perf_counter() - started)
started = time.perf_counter()
y_prob = predict(texts)
rate = len(texts) / (time.perf_counter() - started)
np.save(sys.argv[3], y_prob)
print(json.dumps({"import_s": import_s, "load_s": load_s, "per_s": rate,
                  "one_ms": 1000 * statistics.median(singles)}))
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="?", default="sample")
    parser.add_argument("--model", default="pretrained", help="'pretrained', a run id or a folder")
    parser.add_argument("--without-keras", action="store_true", help="leave the slow half out")
    arguments = parser.parse_args()
    folder = resolve_model(arguments.model, config.home_folder(), allow_path=True)
    papers = read_papers(arguments.data)
    texts = [normalize_text(text) for text in papers["abstract"].iloc[:N_TEXTS]]

    ours = measure(folder, texts)
    rows: list[tuple[str, float, str, float | None, str | None, float]] = [
        ("load the model", ours["load_s"] * 1000, "ms", 300.0, "load_s", 1000.0),
        ("tag one abstract, median", ours["one_ms"], "ms", 2.0, "one_ms", 1.0),
        ("explain one label, median", ours["explain_ms"], "ms", 20.0, None, 1.0),
        ("abstracts a second, in batches", ours["per_s"], "/s", 10_000.0, "per_s", 1.0),
    ]
    if ours["similar_ms"] is not None:
        rows.insert(3, ("5 similar papers, median", ours["similar_ms"], "ms", None, None, 1.0))
    keras = {} if arguments.without_keras else measure_keras(folder, texts)
    print(f"{len(texts):,} abstracts of {arguments.data}; model {arguments.model}")
    print(f"{'':34}{'ours':>12}{'target':>12}{'Keras way':>12}")
    for name, value, unit, target, key, factor in rows:
        theirs = f"{keras[key] * factor:,.1f}" if key and keras else "-"
        aimed = f"{target:,.0f}" if target else "-"
        print(f"{name:34}{value:>12,.2f}{aimed:>12}{theirs:>12} {unit}")
    if keras:
        print(
            f"importing Keras first takes {keras['import_s']:.1f} s; "
            f"largest difference of a probability {keras['difference']:.1e}"
        )


def measure(folder: Path, texts: Sequence[str]) -> dict[str, Any]:
    """Return our figures. The first load also warms the disk cache and is not counted."""
    loads = []
    for _ in range(4):
        started = time.perf_counter()
        bundle = load_bundle(folder)
        bundle.vectorizer.terms  # noqa: B018, part of being ready
        loads.append(time.perf_counter() - started)
    label = bundle.label_names[0]
    many = (list(texts) * (N_MANY // len(texts) + 1))[:N_MANY]
    tagger.predict(bundle, many[:2048])
    started = time.perf_counter()
    tagger.predict(bundle, many)
    rate = len(many) / (time.perf_counter() - started)
    similar = None
    if bundle.neighbours is not None:
        similar = median_ms(lambda text: tagger.similar_papers(bundle, text), texts)
    return {
        "load_s": statistics.median(loads[1:]),
        "one_ms": median_ms(lambda text: tagger.tag(bundle, [text]), texts),
        "explain_ms": median_ms(lambda text: explanation.explain(bundle, text, label), texts),
        "similar_ms": similar,
        "per_s": rate,
    }


def median_ms(function: Callable[[str], object], texts: Sequence[str]) -> float:
    seconds = []
    for text in texts[:N_SINGLE]:
        started = time.perf_counter()
        function(text)
        seconds.append(time.perf_counter() - started)
    return 1000 * statistics.median(seconds)


def measure_keras(folder: Path, texts: Sequence[str]) -> dict[str, Any]:
    """Return the figures of the exported model, in a fresh process."""
    import numpy as np

    bundle = load_bundle(folder)
    with tempfile.TemporaryDirectory() as scratch:
        model, inputs = Path(scratch) / "model.keras", Path(scratch) / "texts.json"
        outputs = Path(scratch) / "y_prob.npy"
        export_keras(bundle, model)
        inputs.write_text(json.dumps(list(texts)))
        done = subprocess.run(
            [sys.executable, "-c", KERAS_WAY, str(model), str(inputs), str(outputs)],
            env={**os.environ, "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3"},
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        found["difference"] = np.abs(np.load(outputs) - tagger.predict(bundle, texts)).max()
    return found


if __name__ == "__main__":
    main()
