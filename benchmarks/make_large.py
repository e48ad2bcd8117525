"""Makes a large data set out of a real one, to measure with; its papers are not real papers.

    python -m benchmarks.make_large SOURCE OUT [--papers 3200000] [--seed 0]

Each paper takes the labels of a paper of SOURCE, and each sentence of that paper's abstract is
replaced by a sentence of another paper with the same first label; its title is the beginning of
one title and the end of another. So words, labels and lengths are as in SOURCE, but the
vocabulary grows no further, and texts share sentences as real ones do not: times and memory can
be measured on it, quality cannot. OUT is .jsonl or .csv, also with .gz or .zst behind it.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from benchmarks.papers import read_papers

_SENTENCE_END = re.compile(r"(?<=[.!?]) +")
_PAPERS_AT_ONCE = 2_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source")
    parser.add_argument("out", type=Path)
    parser.add_argument("--papers", type=int, default=3_200_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    make(arguments.source, arguments.out, arguments.papers, arguments.seed)


def make(source: str, out: Path, n_papers: int, seed: int = 0) -> None:
    """Write ``n_papers`` made-up papers."""
    papers = recombined(Recombiner(source, seed), n_papers)
    as_json = ".jsonl" in out.suffixes
    with pa.output_stream(str(out), compression="detect") as stream:
        if not as_json:
            stream.write(b"id,title,abstract,labels\n")
        for part in papers:
            text = _json_lines(part) if as_json else _csv_lines(part)
            stream.write(text.encode("utf-8"))


Made = tuple[str, str, str, tuple[str, ...]]  # id, title, abstract, labels


class Recombiner:
    """Makes one paper after another from those of a source."""

    def __init__(self, source: str, seed: int) -> None:
        papers = read_papers(source)
        labels: list[tuple[str, ...]] = papers["labels"].tolist()
        self._labels = [paper for paper in labels if paper]
        usable = [bool(paper) for paper in labels]
        self._titles: list[str] = papers["title"][usable].tolist()
        self._abstracts: list[str] = papers["abstract"][usable].tolist()
        self._chance = random.Random(seed)
        self._by_label: dict[str, list[int]] = defaultdict(list)
        for row, paper in enumerate(self._labels):
            self._by_label[paper[0]].append(row)

    def paper(self, number: int) -> Made:
        """Return the paper of a number: each paper of the source lends its labels in turn."""
        base = number % len(self._labels)
        alike = self._by_label[self._labels[base][0]]
        n_sentences = len(_SENTENCE_END.split(self._abstracts[base]))
        abstract = " ".join(self._sentence(alike, place) for place in range(n_sentences))
        begin, end = (self._titles[row].split() for row in (base, self._chance.choice(alike)))
        title = " ".join([*begin[: (len(begin) + 1) // 2], *end[len(end) // 2 :]])
        return f"made.{number:07}", title, abstract, self._labels[base]

    def _sentence(self, alike: Sequence[int], place: int) -> str:
        sentences = _SENTENCE_END.split(self._abstracts[self._chance.choice(alike)])
        return sentences[place % len(sentences)]


def recombined(recombiner: Recombiner, n_papers: int) -> Iterator[list[Made]]:
    """Yield papers, some thousand at once."""
    for start in range(0, n_papers, _PAPERS_AT_ONCE):
        stop = min(start + _PAPERS_AT_ONCE, n_papers)
        yield [recombiner.paper(number) for number in range(start, stop)]


def _json_lines(papers: Sequence[Made]) -> str:
    fields = ("id", "title", "abstract", "labels")
    lines = (json.dumps(dict(zip(fields, paper, strict=True))) for paper in papers)
    return "".join(f"{line}\n" for line in lines)


def _csv_lines(papers: Sequence[Made]) -> str:
    text = io.StringIO()
    rows = (
        (number, title, abstract, " ".join(labels)) for number, title, abstract, labels in papers
    )
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


if __name__ == "__main__":
    main()
