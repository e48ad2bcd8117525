"""The Keras example's own pipeline, written once and faithfully, on our split.

    python benchmarks/keras_example.py DATA [--papers N] [--epochs N] [--random-seed N]

TextVectorization with bigrams and TF-IDF, tf.data with dense batches, a dense network,
``fit``: https://keras.io/examples/nlp/multi_label_classification/. What differs: papers and
split come from this package (the example's own split has no seed), batches are timed by
epoch, and figures beside binary accuracy are computed. The last line printed is JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from arxivtag.learning.measuring import evaluate_and_count
from arxivtag.papers.schema import ABSTRACT, LABELS
from benchmarks.papers import Splits, prepare


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data")
    parser.add_argument("--papers", type=int)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--random-seed", type=int, default=42)
    arguments = parser.parse_args()
    splits = prepare(arguments.data, arguments.papers, arguments.random_seed)
    started = time.perf_counter()
    result = run_example(splits, arguments.epochs, arguments.random_seed)
    result["seconds"]["total"] = round(time.perf_counter() - started, 2)
    print(json.dumps(result))


def run_example(splits: Splits, epochs: int, random_seed: int) -> dict[str, Any]:
    """Run the example and return timings, loss curves and the test figures."""
    started = time.perf_counter()
    import keras
    import tensorflow as tf
    from keras import layers

    keras.utils.set_random_seed(random_seed)
    seconds = {"import": time.perf_counter() - started}
    batch_size = 128
    auto = tf.data.AUTOTUNE
    # The example's split shuffles; the shuffle buffer below alone would leave the file's order.
    train_df = splits.train.sample(frac=1, random_state=random_seed)
    val_df, test_df = splits.val, splits.test

    terms = tf.ragged.constant([list(labels) for labels in train_df[LABELS]])
    lookup = layers.StringLookup(output_mode="multi_hot")
    lookup.adapt(terms)

    def make_dataset(dataframe: Any, is_train: bool = True) -> Any:
        labels = tf.ragged.constant([list(labels) for labels in dataframe[LABELS]])
        label_binarized = lookup(labels).numpy()
        dataset = tf.data.Dataset.from_tensor_slices(
            (dataframe[ABSTRACT].to_numpy(dtype=object), label_binarized)
        )
        dataset = dataset.shuffle(batch_size * 10) if is_train else dataset
        return dataset.batch(batch_size)

    train_dataset = make_dataset(train_df, is_train=True)
    validation_dataset = make_dataset(val_df, is_train=False)
    test_dataset = make_dataset(test_df, is_train=False)

    vocabulary: set[str] = set()
    train_df[ABSTRACT].str.lower().str.split().apply(vocabulary.update)
    vocabulary_size = len(vocabulary)

    text_vectorizer = layers.TextVectorization(
        max_tokens=vocabulary_size, ngrams=2, output_mode="tf_idf"
    )
    started = time.perf_counter()
    with tf.device("/CPU:0"):
        text_vectorizer.adapt(train_dataset.map(lambda text, label: text))
    seconds["vectorize"] = time.perf_counter() - started

    def vectorized(dataset: Any) -> Any:
        return dataset.map(
            lambda text, label: (text_vectorizer(text), label), num_parallel_calls=auto
        ).prefetch(auto)

    model = keras.Sequential(
        [
            layers.Dense(512, activation="relu"),
            layers.Dense(256, activation="relu"),
            layers.Dense(lookup.vocabulary_size(), activation="sigmoid"),
        ]
    )
    model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["binary_accuracy"])
    epoch_seconds: list[float] = []
    begun = [0.0]
    timing = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: begun.__setitem__(0, time.perf_counter()),
        on_epoch_end=lambda epoch, logs: epoch_seconds.append(time.perf_counter() - begun[0]),
    )
    history = model.fit(
        vectorized(train_dataset),
        validation_data=vectorized(validation_dataset),
        epochs=epochs,
        callbacks=[timing],
        verbose=0,
    )
    started = time.perf_counter()
    y_prob = model.predict(vectorized(test_dataset), verbose=0)
    seconds["evaluate"] = time.perf_counter() - started

    # Column 0 is [UNK], which is no label.
    label_names = lookup.get_vocabulary()[1:]
    y_true = np.array([[name in labels for name in label_names] for labels in test_df[LABELS]])
    y_prob = y_prob[:, 1:]
    return {
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "epoch_seconds": [round(value, 2) for value in epoch_seconds],
        "history": {name: [float(v) for v in values] for name, values in history.history.items()},
        "n_features": vocabulary_size,
        "n_labels": len(label_names),
        "n_train": len(train_df),
        "evaluation": evaluate_and_count(y_true, y_prob > 0.5, y_prob),
    }


if __name__ == "__main__":
    main()
