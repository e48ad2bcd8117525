"""Small models with random weights over an invented vocabulary, one of each form."""

from __future__ import annotations

import random

import numpy as np

from arxivtag.learning.calibration import Calibration
from arxivtag.learning.network import Branch, DenseLayer, Network, OutputActivation, rounded
from arxivtag.learning.thresholds import Thresholds
from arxivtag.learning.word_order import KINDS, SIZE, WordBranch, WordShape
from arxivtag.settings import RunConfig, VectorizerConfig, WordKind
from arxivtag.tagging.bundle import Bundle, new_manifest
from arxivtag.tagging.neighbours import build_index
from arxivtag.tagging.scope import Scope
from tests.fitting import fit_transform

LABELS = ("cs.CV", "cs.LG", "stat.ML", "math.OC", "eess.IV")
WORD_LIST = """
we propose a deep network for image segmentation and learning of graph kernels with
convex loss robust policy state-of-the-art Bayesian inference U-Net, data. (GANs) é–ü
"""
WORDS = WORD_LIST.split()

# What each form adds to the plain one: vectorizer options, branches, activation, calibration.
ACTIVATIONS: dict[str, OutputActivation] = {"softmax": "softmax", "any": "any_sigmoid"}
FORMS = (
    "plain", "tuned", "linear", "wide_and_deep", "softmax", "isotonic", "any", "cnn", "ensemble",
)  # fmt: skip
# The networks of each form that read words in order.
WITH_WORDS: dict[str, tuple[WordKind, ...]] = {"cnn": ("cnn",), "ensemble": (*KINDS, "cnn")}


def invented_texts(n_texts: int, seed: int = 0) -> list[str]:
    source = random.Random(seed)
    return [" ".join(source.choices(WORDS, k=source.randint(3, 40))) for _ in range(n_texts)]


def word_branch(kind: WordKind, n_words: int, source: np.random.Generator) -> WordBranch:
    """A network with random weights that reads the first words: 25 if a transformer, else 30."""
    shape = WordShape(kind, 6, n_words, 25 if kind == "transformer" else 30, len(LABELS))
    embedding = source.normal(0, 0.5, (n_words + 1, SIZE)).astype(np.float32)
    embedding[0] = 0
    weights = {
        name: source.normal(0, 0.2, sizes).astype(np.float32)
        for name, sizes in shape.shapes().items()
    }
    return WordBranch(shape, embedding, None, weights)


def make_bundle(form: str = "plain", *, with_neighbours: bool = False) -> Bundle:
    """A bundle that tags; the same for the same arguments."""
    source = np.random.default_rng(FORMS.index(form))
    scaled = form in ("tuned", "wide_and_deep", "softmax", "isotonic", "any")
    texts = invented_texts(80)
    vectorizer, rows = fit_transform(
        texts,
        VectorizerConfig(
            max_tokens=150,
            sublinear_tf=scaled,
            l2_normalize=scaled,
            ngrams=2,
            max_length_words=30 if form in WITH_WORDS else None,
        ),
    )
    n_features = len(vectorizer)

    def branch(*sizes: int) -> Branch:
        steps = zip((n_features, *sizes), (*sizes, len(LABELS)), strict=True)
        return Branch(
            tuple(
                DenseLayer(
                    source.normal(0, 1.5 / n_in**0.25, (n_in, n_out)).astype(np.float32),
                    source.normal(0, 0.3, n_out).astype(np.float32),
                )
                for n_in, n_out in steps
            )
        )

    branches = {
        "plain": (branch(16, 8),),
        "linear": (branch(),),
        "wide_and_deep": (branch(16), branch()),
        "cnn": (),
    }.get(form, (branch(16),))
    words = tuple(
        word_branch(kind, vectorizer.terms.n_words, source) for kind in WITH_WORDS.get(form, ())
    )
    calibration = {
        "tuned": Calibration("temperature", temperature=1.4),
        "softmax": Calibration("temperature", temperature=0.8),
        "any": Calibration("top_label", top_slope=0.7, top_shift=0.3),
        "isotonic": Calibration(
            # With a jump at 0.25.
            "isotonic",
            x=(0.01, 0.2, 0.25, 0.25, 0.6, 0.95),
            y=(0.0, 0.1, 0.2, 0.3, 0.3, 1.0),
        ),
    }.get(form, Calibration())
    return Bundle(
        manifest=new_manifest(RunConfig(), "0" * 64, data={"name": "invented"}),
        vectorizer=vectorizer,
        network=rounded(Network(branches, ACTIVATIONS.get(form, "sigmoid"), words)),
        label_names=LABELS,
        thresholds=Thresholds("global", np.full(len(LABELS), 0.4, np.float32)),
        calibration=calibration,
        neighbours=build_index(
            rows, [f"Paper {i}" for i in range(len(rows))], [("cs.LG", "cs.CV")] * len(rows)
        )
        if with_neighbours
        else None,
        scope=Scope(np.arange(9, dtype=np.uint32), np.ones(9, np.float16), (8, 80), (-9.0, -8.0))
        if with_neighbours
        else None,
    )
