"""Texts that are no abstracts, written for this project: 25 of each of twelve kinds.

They lie in ``tests/outside_texts``, a file a kind, with ``---`` between texts; those of random
words are drawn here. The method of :mod:`arxivtag.tagging.scope` was chosen while looking at the
kinds of :data:`CHOSEN_WITH`; the others were only ever measured.
"""

from __future__ import annotations

import random
import string
from pathlib import Path

FOLDER = Path(__file__).with_name("outside_texts")
RANDOM_WORDS = "random words"
CHOSEN_WITH = ("recipe", "verse", "product", "chat", "language", "withdrawn", RANDOM_WORDS)
N_EACH = 25


def outside_texts() -> dict[str, list[str]]:
    """Return the texts of each kind, by the kind's name."""
    kinds = {path.stem: _texts(path) for path in sorted(FOLDER.glob("*.txt"))}
    return {**kinds, RANDOM_WORDS: _random_texts(kinds)}


def _texts(path: Path) -> list[str]:
    return [text.strip("\n") for text in path.read_text("utf-8").split("\n---\n")]


def _random_texts(kinds: dict[str, list[str]]) -> list[str]:
    """Return words of all kinds in random order, the words of one text, and random letters."""
    draw = random.Random(16)
    words = sorted({word for texts in kinds.values() for text in texts for word in text.split()})
    mixed = [" ".join(draw.choices(words, k=60)) for _ in range(10)]
    plain = [text.split() for kind in ("news", "press", "legal") for text in kinds[kind]]
    shuffled = [" ".join(draw.sample(text, len(text))) for text in draw.sample(plain, 10)]
    letters = [
        "".join(draw.choices(string.ascii_lowercase, k=draw.randint(1, 10))) for _ in range(300)
    ]
    return [*mixed, *shuffled, *(" ".join(draw.sample(letters, 60)) for _ in range(5))]
