"""Near-duplicates of the store: the groups that comparing all papers anew would give."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from arxivtag.callbacks import never
from arxivtag.corpus.near import SignatureWriter
from tests.loading import near_duplicate_groups


def texts_of(seed: int, n: int) -> list[str]:
    chance = random.Random(seed)
    words = [f"w{number}" for number in range(500)]
    texts: list[str] = ["", "..."]
    while len(texts) < n:
        pieces = chance.choices(words, k=chance.randint(2, 40))
        if chance.random() < 0.6:
            pieces = chance.choice(texts).split() or pieces
            for _ in range(chance.randint(0, 4)):
                pieces[chance.randrange(len(pieces))] = chance.choice(words)
        texts.append(" ".join(pieces))
    return list(dict.fromkeys(texts))


def first_positions(groups: np.ndarray) -> list[int]:
    return np.unique(groups, return_index=True)[1][
        np.unique(groups, return_inverse=True)[1]
    ].tolist()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("similarity", [0.5, 0.65, 0.8, 1.0])
def test_groups_of_all_and_of_some(tmp_path: Path, seed: int, similarity: float) -> None:
    texts = texts_of(seed, 150)
    writer = SignatureWriter(tmp_path, len(texts))
    for start in range(0, len(texts), 40):
        writer.add(texts[start : start + 40])
    pairs = writer.pairs(np.ones(len(texts), dtype=bool), never)
    everything = pairs.components(len(texts), similarity)
    assert first_positions(everything) == near_duplicate_groups(texts, similarity).tolist()
    some = np.random.default_rng(seed).random(len(texts)) < 0.6
    chosen = [text for text, is_in in zip(texts, some, strict=True) if is_in]
    among = pairs.components(len(texts), similarity, some)[some]
    assert first_positions(among) == near_duplicate_groups(chosen, similarity).tolist()
