"""A file of papers that repeat one another, or lack something."""

from __future__ import annotations

import json
import random
from pathlib import Path

LABELS = ("cs.LG", "cs.IT", "math.IT", "cmp-lg", "I.2.6", "68T05", "robots", "stat.ML")


def write_untidy(path: Path, n_papers: int, seed: int) -> None:
    """Write papers of which many repeat a title, an abstract or most of one, or lack something."""
    chance = random.Random(seed)
    words = [f"word{number}" for number in range(300)] + [
        "the",
        "of",
        "neural",
        "network",
        "survey",
    ]
    abstracts: list[str] = ["", "  ", "...", "..."]
    lines = []
    for number in range(n_papers):
        abstract = " ".join(chance.choices(words, k=chance.randint(1, 60)))
        if abstracts and chance.random() < 0.4:
            abstract = chance.choice(abstracts)
            if chance.random() < 0.6:
                pieces = abstract.split()
                pieces[chance.randrange(len(pieces) + 1) :][:1] = []
                abstract = " ".join([*pieces, chance.choice(words), chance.choice("\u00e9\x0bA,")])
        abstracts.append(abstract)
        title = chance.choice(["", "Editorial", f"Title {number // 3}", f"Title {number}"])
        labels = chance.sample(LABELS, k=chance.choice([0, 1, 1, 2, 2, 3]))
        lines.append({"title": title, "abstract": abstract, "labels": labels})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
