"""One end-to-end Keras model from a bundle: raw strings in, calibrated probabilities out.

Only layers and operations that come with Keras are used, so that
``keras.saving.load_model`` needs neither this package nor custom objects. Reading text is
TensorFlow's work inside Keras, so the model takes strings on Keras' TensorFlow backend alone
(its default), whatever backend trained it. On the JAX backend the file loads too, and its two
halves can be called one after the other (docs/use_the_model.md).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from arxivtag import storage
from arxivtag.errors import BundleError
from arxivtag.learning.calibration import KEEP_ORDER, SMALLEST, SMALLEST_REST, Calibration
from arxivtag.learning.network import LEAST_LOSS, Branch, OutputActivation

if TYPE_CHECKING:
    from arxivtag.tagging.bundle import Bundle

    # Keras is not typed: its models, layers and symbolic tensors are all ``Any``.
    KerasModel = Any
    KerasTensor = Any

# How the exported model is used; the Predict page and docs/use_the_model.md show these lines.
KERAS_LINES = """\
import os
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras, numpy as np, zipfile
model = keras.saving.load_model("model.keras")
label_names = zipfile.ZipFile("model.keras").read("label_names.txt").decode().split("\\n")[:-1]
y_prob = model.predict(np.array(["We train a network to segment medical images."], dtype=object))
"""
# The error on another backend names no cause, so the file itself says it: in its model's name,
# which model.summary() shows, and in a text beside the weights.
MODEL_NAME = "arxivtag_on_the_tensorflow_backend"
README = f"""\
A multi-label text classifier made by arxivtag: abstracts in, calibrated probabilities out.

It takes strings on Keras' TensorFlow backend only. On another backend model.predict fails with
"Invalid dtype: object" or "data type 'string' not understood". These lines work as they stand:

{KERAS_LINES}
y_prob has a row for each text and a column for each line of label_names.txt in this file.
"""


def load_keras() -> None:
    """Import what :func:`export_keras` needs, which takes seconds."""
    with _without_log_lines():
        _keras_on_jax()
        import tensorflow  # noqa: F401


def _keras_on_jax() -> None:
    # Keras takes its backend from the environment at its first import, and from nowhere else.
    os.environ.setdefault("KERAS_BACKEND", "jax")
    import keras  # noqa: F401


def export_keras(bundle: Bundle, path: Path) -> None:
    """Write ``bundle`` as one ``.keras`` file.

    The model maps strings ``(n_texts,)`` to calibrated probabilities
    ``(n_texts, n_labels)``. The label of each column stands in the file's member
    ``label_names.txt``, what it needs in ``README.txt``. Clean texts with
    :func:`arxivtag.papers.texts.normalize_text` first for exactly the app's figures.

    Args:
        path: Where to; must end in ``.keras``.

    Raises:
        BundleError: If ``path`` does not end in ``.keras``, or Keras refuses the vocabulary.
        StorageError: If the disk refuses.
    """
    if path.suffix != ".keras":
        raise BundleError(
            f"An exported model's name should end in .keras. Received: {path.name}.", "Rename it."
        )
    # Beside the target and not in the system's temporary folder, which may be small.
    with storage.scratch_folder(path) as folder:
        unfinished = folder / path.name
        with _without_log_lines():
            try:
                model = _end_to_end(bundle)
            except ValueError as error:
                raise BundleError(
                    f"Keras cannot hold this model: {error!s:.200}",
                    "The bundle may be damaged: download it again, or train the model anew.",
                ) from error
            model.save(unfinished)
        with zipfile.ZipFile(unfinished, "a") as archive:
            archive.writestr("label_names.txt", "".join(f"{x}\n" for x in bundle.label_names))
            archive.writestr("README.txt", README)
        with unfinished.open("rb") as content:
            storage.write_atomic(path, lambda file: shutil.copyfileobj(content, file))


@contextlib.contextmanager
def _without_log_lines() -> Iterator[None]:
    """Keep off the screen what TensorFlow's library logs while it loads and works.

    It writes to the process' standard error itself, past Python, whatever
    ``TF_CPP_MIN_LOG_LEVEL`` says. What fails in the block is raised all the same.
    """
    standard_error = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(standard_error, 2)
        os.close(standard_error)
        os.close(nowhere)


def _end_to_end(bundle: Bundle) -> KerasModel:
    """Return the model that :func:`export_keras` writes.

    Its layers: ``text_vectorization`` (strings to TF-IDF), for networks that read words in order
    ``word_numbers`` (strings to words), and ``network``, which takes what these give.
    """
    _keras_on_jax()
    import keras

    vectorizer = bundle.vectorizer
    # Named first and with weight 0, Keras' out-of-vocabulary column counts for nothing.
    idf = np.concatenate([[0.0], vectorizer.idf]).astype(np.float32)
    vectorization = keras.layers.TextVectorization(
        ngrams=vectorizer.config.ngrams,
        output_mode="tf_idf",
        vocabulary=["[UNK]", *vectorizer.vocabulary.to_pylist()],
        idf_weights=idf,
        name="text_vectorization",
    )
    text = keras.Input(shape=(), dtype="string", name="text")
    read = [vectorization(text)]
    if bundle.network.word_branches:
        words = keras.layers.TextVectorization(
            output_sequence_length=vectorizer.config.max_length_words,
            vocabulary=list(vectorizer.terms.word_number),
            name="word_numbers",
        )
        read.append(words(text))
    y_prob = _network(bundle, idf)(read if len(read) > 1 else read[0])
    return keras.Model(text, y_prob, name=MODEL_NAME)


def _network(bundle: Bundle, idf: NDArray[np.float32]) -> KerasModel:
    """Return the model from Keras' TF-IDF ``(n, 1 + n_features)`` to probabilities."""
    import keras
    from keras import ops

    weights = keras.Input(shape=(len(idf),), name="tf_idf")
    values, inputs = weights, [weights]
    config = bundle.vectorizer.config
    if config.sublinear_tf:
        # Back to whole counts: 0, or 1 + log(count), then times the idf again.
        inverse = np.where(idf > 0, 1 / np.where(idf > 0, idf, 1), 0)
        counts = ops.round(_times(values, inverse, "counts"))
        frequencies = ops.log(ops.maximum(counts, 1.0)) + ops.minimum(counts, 1.0)
        values = _times(frequencies, idf, "sublinear_tf_idf")
    if config.l2_normalize:
        values = keras.layers.UnitNormalization(name="length_one")(values)
    outputs = [
        _branch(branch, f"branch{number}", values)
        for number, branch in enumerate(bundle.network.branches)
    ]
    if bundle.network.word_branches:
        words, word_outputs = _word_branches(bundle)
        inputs.append(words)
        outputs += word_outputs
    logits = outputs[0] if len(outputs) == 1 else keras.layers.Add(name="logits")(outputs)
    y_prob = _activated(logits, bundle.network.output_activation)
    y_prob = _calibrated(bundle.calibration, y_prob)
    return keras.Model(inputs if len(inputs) > 1 else weights, y_prob, name="network")


def _word_branches(bundle: Bundle) -> tuple[KerasTensor, list[KerasTensor]]:
    """Return the input of words in order, as Keras numbers them, and each branch's logits."""
    import keras
    from keras import ops

    from arxivtag.learning.engine.word_order import keras_of

    branches = bundle.network.word_branches
    length = bundle.vectorizer.config.max_length_words
    words = keras.Input((length,), dtype="int64", name="words")
    # Keras' 0 is the padding and 1 an unknown word: both are gaps.
    numbers = ops.cast(ops.maximum(words - 1, 0), "int32")
    return words, [
        keras_of(branch, f"words{number}")(numbers[:, : branch.shape.length])
        for number, branch in enumerate(branches)
    ]


def _times(values: KerasTensor, factors: NDArray[np.floating[Any]], name: str) -> KerasTensor:
    """Multiply each column by its factor, with the factors kept among the model's weights."""
    import keras

    layer = keras.layers.EinsumDense(
        "nf,f->nf", output_shape=len(factors), kernel_initializer="ones", name=name
    )
    scaled = layer(values)
    layer.set_weights([np.asarray(factors, dtype=np.float32)])
    return scaled


def _branch(branch: Branch, name: str, values: KerasTensor) -> KerasTensor:
    """Return a branch's logits."""
    import keras

    for number, layer in enumerate(branch.layers):
        is_last = number == len(branch.layers) - 1
        kernel = layer.weights()
        if number == 0:
            # A row of zeros for the out-of-vocabulary column.
            kernel = np.concatenate([np.zeros((1, kernel.shape[1]), np.float32), kernel])
        dense = keras.layers.Dense(
            kernel.shape[1],
            activation=None if is_last else "relu",
            kernel_initializer="zeros",
            name=f"{name}_layer{number}",
        )
        values = dense(values)
        dense.set_weights([kernel, np.asarray(layer.bias, dtype=np.float32)])
    return values


def _activated(logits: KerasTensor, activation: OutputActivation) -> KerasTensor:
    """Return what :func:`arxivtag.learning.network.activate` returns, in Keras operations."""
    import keras
    from keras import ops

    if activation != "any_sigmoid":
        return keras.layers.Activation(activation, name="probabilities")(logits)
    losses = ops.sum(ops.softplus(logits), axis=-1, keepdims=True)
    of_any = -ops.expm1(-ops.maximum(losses, LEAST_LOSS))
    return ops.minimum(ops.sigmoid(logits) / of_any, 1.0)


def _calibrated(calibration: Calibration, y_prob: KerasTensor) -> KerasTensor:
    """Return what :func:`arxivtag.learning.calibration.calibrate` returns, in Keras operations."""
    from keras import ops

    if calibration.method == "none":
        return y_prob
    if calibration.method == "temperature":
        return ops.sigmoid(_logit(y_prob) / calibration.temperature)
    if calibration.method == "isotonic":
        return _isotonic(calibration, y_prob)
    # The first label on its line, and the others as far down as it went, if it did.
    before = ops.max(y_prob, axis=-1, keepdims=True)
    after = ops.sigmoid(calibration.top_slope * _logit(before) + calibration.top_shift)
    corrected = y_prob * ops.minimum(1.0, after / ops.maximum(before, SMALLEST))
    return ops.where(y_prob >= before, after, corrected)


def _logit(y_prob: KerasTensor) -> KerasTensor:
    """Return what :func:`arxivtag.learning.calibration.logit` returns, in Keras operations."""
    from keras import ops

    rest = ops.maximum(1.0 - y_prob, SMALLEST_REST)
    return ops.log(ops.maximum(y_prob, SMALLEST)) - ops.log(rest)


def _isotonic(calibration: Calibration, y_prob: KerasTensor) -> KerasTensor:
    """Return the isotonic curve at ``y_prob``: the sum of its stretches, and of its jumps."""
    from keras import ops

    x = np.asarray(calibration.x, dtype=np.float64)
    y = np.asarray(calibration.y, dtype=np.float64)
    rises = np.diff(x) > 0
    # Two knots of equal x are a jump; a curve fitted here has none, a loaded one may.
    jumps = ops.cast(ops.expand_dims(y_prob, -1) >= x[1:][~rises].astype(np.float32), "float32")
    jumped = ops.sum(jumps * np.diff(y)[~rises].astype(np.float32), axis=-1)
    starts = x[:-1][rises].astype(np.float32)
    widths = np.diff(x)[rises].astype(np.float32)
    heights = np.diff(y)[rises].astype(np.float32)
    # Each stretch between two knots adds its share of its height: no cancellation, unlike a
    # sum of ReLUs with slopes.
    shares = ops.clip((ops.expand_dims(y_prob, -1) - starts) / widths, 0.0, 1.0)
    corrected = ops.sum(shares * heights, axis=-1) + jumped + float(y[0])
    return (1 - KEEP_ORDER) * corrected + KEEP_ORDER * y_prob
