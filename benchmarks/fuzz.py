"""Fuzzes readers, label parser, tokenizer, bundles and run folders with atheris, by hand.

Coverage-guided, and for as long as one likes: ``make test`` fuzzes the same targets for
some seconds with hypothesis. atheris is no dependency of the project:

    pip install atheris
    python -m benchmarks.fuzz labels -max_total_time=600
    python -m benchmarks.fuzz reader -runs=100000

What follows the target goes to libFuzzer, which begins with good inputs and the small ones
of tests/hostile, so that depths are reached soon. Any exception but an ``ArxivTagError`` is a
finding; libFuzzer writes the input that led to it to a file ``crash-...``.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from arxivtag import storage
from arxivtag.errors import ArxivTagError
from arxivtag.settings import VectorizerConfig

Target = Callable[[bytes], None]
ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ".csv.xz", ".csv.zst")
RUN_FILES = (
    "config.json", "status.json", "history.jsonl", "result.json", "evaluation.json",
    "note.json", "log.txt",
)  # fmt: skip
# Small limits, so that a hostile input is refused early and not only by memory.
SMALL_LIMITS = {
    "ARXIVTAG_MAX_FILE_MB": "5",
    "ARXIVTAG_MAX_DECOMPRESSED_MB": "20",
    "ARXIVTAG_MAX_ROWS": "5000",
    "ARXIVTAG_MAX_BUNDLE_MB": "50",
}


def labels_target(folder: Path) -> Target:
    """The parser of label cells."""
    from arxivtag.papers.labels import split_labels, understand_labels

    def read(data: bytes) -> None:
        cell = data.decode("utf-8", "replace")
        print(split_labels(cell, understand_labels([cell])), file=_Nowhere())

    return read


def reader_target(folder: Path) -> Target:
    """The reader of files; the first byte says the format."""
    from arxivtag.papers.reading.readers import read_table

    def read(data: bytes) -> None:
        path = folder / f"papers{ENDINGS[(data[0] if data else 0) % len(ENDINGS)]}"
        path.write_bytes(data[1:])
        read_table(path)

    return read


def tokenizer_target(folder: Path) -> Target:
    """Cleaning of texts, words, n-grams and weights."""
    from arxivtag.papers.texts import normalize_text
    from tests.fitting import fit_transform

    def transform(data: bytes) -> None:
        texts = [normalize_text(line) for line in data.decode("utf-8", "replace").split("\x00")]
        vectorizer, rows = fit_transform(texts, VectorizerConfig())
        assert len(vectorizer.transform(texts)) == len(rows) == len(texts)

    return transform


def bundle_target(folder: Path) -> Target:
    """The loader of bundles: one file of a good bundle is replaced."""
    from arxivtag.tagging.loading import load_bundle
    from arxivtag.tagging.saving import save_bundle
    from tests.ui.demo_run import demo_bundle

    good = folder / "good"
    save_bundle(demo_bundle(), good)
    names = sorted(path.name for path in good.iterdir())

    def load(data: bytes) -> None:
        damaged = folder / "damaged"
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(good, damaged)
        name = names[(data[0] if data else 0) % len(names)]
        original = (good / name).read_bytes()
        # Half of the inputs change some bytes, so that headers are passed and depths reached.
        cut = data[1:]
        if data[:1] and data[0] >= 128 and len(original) > len(cut):
            cut = cut + original[len(cut) :]
        (damaged / name).write_bytes(cut)
        load_bundle(damaged)

    return load


def run_target(folder: Path) -> Target:
    """The reader of run folders: one file is replaced."""
    from arxivtag.runs import registry
    from tests.ui.demo_run import RUN_ID, make_demo_run

    make_demo_run(folder)

    def read(data: bytes) -> None:
        path = folder / "runs" / RUN_ID / RUN_FILES[(data[0] if data else 0) % len(RUN_FILES)]
        before = path.read_bytes() if path.exists() else None
        path.write_bytes(data[1:])
        try:
            registry.list_runs(folder)
            run = registry.read_run(RUN_ID, folder)
            run.history()
            run.log_tail()
            with contextlib.suppress(ArxivTagError):
                storage.read_json(run.folder.evaluation)
        finally:
            path.unlink()
            if before is not None:
                path.write_bytes(before)

    return read


def seeds(name: str, folder: Path) -> list[bytes]:
    """Return inputs to begin with, in the form that the target named ``name`` reads."""
    from tests.hostile.corpus import INPUTS

    if name in ("labels", "tokenizer", "reader"):
        made = ((case.name, case.make()) for case in INPUTS.values())
        small = [(file, content) for file, content in made if len(content) < 20_000]
        if name != "reader":
            return [content for file, content in small if file.endswith((".csv", ".jsonl"))]
        return [
            bytes([place]) + content
            for place, ending in enumerate(ENDINGS)
            for file, content in small
            if file.endswith(ending)
        ]
    if name == "bundle":
        names = sorted((folder / "good").iterdir())
        return [
            bytes([place + 128 - 128 % len(names)]) + path.read_bytes()[:4096]
            for place, path in enumerate(names)
        ]
    from tests.ui.demo_run import RUN_ID

    run = folder / "runs" / RUN_ID
    return [
        bytes([place]) + (run / file).read_bytes()
        for place, file in enumerate(RUN_FILES)
        if (run / file).exists()
    ]


class _Nowhere:
    """Takes text and keeps none, so that results are made into text and forgotten."""

    def write(self, text: str) -> int:
        return len(text)


TARGETS: dict[str, Callable[[Path], Target]] = {
    "labels": labels_target,
    "reader": reader_target,
    "tokenizer": tokenizer_target,
    "bundle": bundle_target,
    "run": run_target,
}


def guarded(target: Target) -> Target:
    """Return ``target`` with the errors that people may meet taken as an answer."""

    def one(data: bytes) -> None:
        with contextlib.suppress(ArxivTagError):
            target(data)

    return one


def main() -> int:
    """Fuzz one target until libFuzzer is told to end."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        print(f"usage: python -m benchmarks.fuzz {{{','.join(TARGETS)}}} [libFuzzer options]")
        return 2
    try:
        import atheris
    except ImportError:
        print("atheris is not installed here. Install it by hand: pip install atheris")
        return 1
    os.environ.update(SMALL_LIMITS)
    with tempfile.TemporaryDirectory() as folder, atheris.instrument_imports(include=["arxivtag"]):
        target = guarded(TARGETS[sys.argv[1]](Path(folder)))
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        # In a process of its own: some inputs are huge before they are left out.
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            begin_with = pool.submit(seeds, sys.argv[1], Path(folder)).result()
        for number, content in enumerate(begin_with):
            (corpus / str(number)).write_bytes(content)
        atheris.Setup([sys.argv[0], str(corpus), *sys.argv[2:]], target)
        atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
