"""Makes the word vectors in assets/word_vectors: words and numbers, no sentence.

    python -m tools.make_word_vectors path/to/arxiv_all.csv.xz

Each word gets a vector from the words around it, by skip-gram with negative sampling (Mikolov et
al. 2013) over all abstracts of the file, read by the product's own rule of words; no label is
looked at. Kept are the most frequent words that fit into :data:`MAX_MB`; each vector is scaled to
length one and stored as whole numbers from -127 to 127 with one scale.
Two threads take words in any order, so that a second run gives vectors that differ a little.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from arxivtag import storage
from arxivtag.config import WORD_VECTORS_FOLDER
from arxivtag.corpus.store import open_corpus
from arxivtag.corpus.tokens import Tokens
from arxivtag.learning.network import to_int8
from arxivtag.learning.word_order import SIZE, WordVectors

MAX_MB = 8.0
N_WORDS = 54_000
EPOCHS, WINDOW, MIN_COUNT, N_THREADS = 1, 5, 10, 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data")
    parser.add_argument("--out", type=Path, default=WORD_VECTORS_FOLDER)
    arguments = parser.parse_args()
    started = time.perf_counter()
    vectors = learn(open_corpus(arguments.data).tokens)
    storage.make_folder(arguments.out)
    save_word_vectors(vectors, arguments.out)
    size_mb = sum(path.stat().st_size for path in arguments.out.iterdir()) / 1e6
    if size_mb > MAX_MB:
        raise SystemExit(
            f"The vectors take {size_mb:.1f} MB, more than {MAX_MB}: keep fewer words."
        )
    seconds = time.perf_counter() - started
    print(f"{len(vectors.words):,} words, {size_mb:.1f} MB, {seconds:.0f} s")


def save_word_vectors(vectors: WordVectors, folder: Path) -> None:
    """Write vectors into a folder.

    Raises:
        StorageError: If the disk refuses.
    """
    storage.write_text(folder / "words.txt", "".join(f"{word}\n" for word in vectors.words))
    for name, array in (("vectors", vectors.numbers), ("scales", vectors.scales)):
        storage.write_atomic(folder / f"{name}.npy", partial(np.save, arr=array))


def learn(tokens: Tokens, n_words: int = N_WORDS) -> WordVectors:
    """Return vectors of the most frequent words."""
    from gensim.models import Word2Vec  # of the extra "vectors"

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "abstracts.txt"
        _write_lines(tokens, path)
        model = Word2Vec(
            corpus_file=str(path), vector_size=SIZE, window=WINDOW, sg=1, negative=5,
            sample=1e-4, min_count=MIN_COUNT, epochs=EPOCHS, workers=N_THREADS, seed=42,
        )  # fmt: skip
    words = model.wv.index_to_key[:n_words]  # most frequent first
    vectors = np.asarray(model.wv.vectors[:n_words], np.float32)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return WordVectors(tuple(words), *to_int8(vectors / np.maximum(lengths, 1e-9)))


def _write_lines(tokens: Tokens, path: Path) -> None:
    """Write each abstract on a line, its words between spaces."""
    words = np.array(tokens.words.to_pylist(), dtype=object)
    with path.open("w", encoding="utf-8") as file:
        for first, last in tokens.parts():
            indptr = tokens.indptr[first : last + 1] - tokens.indptr[first]
            codes = tokens.codes("words", first, last)
            for start, stop in itertools.pairwise(indptr):
                file.write(" ".join(words[codes[start:stop]]) + "\n")


if __name__ == "__main__":
    main()
