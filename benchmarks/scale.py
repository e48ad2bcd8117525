"""Everything against the number of papers: ingest, first view, each tab, training, tagging, disk.

    python -m benchmarks.scale SOURCE FOLDER [--papers 27000,110000,430000,1600000,3200000]

Makes the data sets out of SOURCE in FOLDER (benchmarks/make_large.py), where they are not there
yet, and measures each in fresh processes. "filter" is the slowest of a label, a text and a length;
"train" is preset `tuned` from the corpus to the evaluation, "train again" to the first step with
another learning rate. The last column is the exponent of growth between the first and the last
size: 1 is linear.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from arxivtag.corpus.arrays import Rows
from arxivtag.corpus.cleaning import Cleaned, clean_rows
from arxivtag.corpus.splits import split_rows
from arxivtag.corpus.store import Corpus, open_corpus
from arxivtag.corpus.texts import papers_at
from arxivtag.exploring import labels, lengths, preparation, terms
from arxivtag.exploring.duplicates import duplicate_groups
from arxivtag.exploring.filters import PaperFilter, select_rows
from arxivtag.exploring.preparation import describe
from arxivtag.runs import jobs
from arxivtag.runs.history import read_history
from arxivtag.runs.layout import RunFolder
from arxivtag.runs.registry import list_runs, read_run
from arxivtag.runs.worker import train_in_foreground
from arxivtag.settings import preset_settings, with_settings
from arxivtag.tagging import tagger
from arxivtag.tagging.bundle import Bundle
from arxivtag.tagging.loading import load_bundle

SIZES = (27_000, 110_000, 430_000, 1_600_000, 3_200_000)
Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--papers", default=",".join(map(str, SIZES)))
    parser.add_argument("--as-is", action="store_true", help="measure SOURCE itself")
    parser.add_argument("--steps", default=",".join(STEPS), help="which, ingest first")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    home = arguments.folder / "home"
    if arguments.step:
        print(json.dumps(STEPS[arguments.step](arguments.source, home)))
        return
    measured: dict[int, Figures] = {}
    sizes = [0] if arguments.as_is else [int(text) for text in arguments.papers.split(",")]
    for size in sizes:
        path = str(data_of(arguments.source, arguments.folder, size)) if size else arguments.source
        shutil.rmtree(home, ignore_errors=True)
        first, *others = arguments.steps.split(",")
        figures = run_step(first, path, arguments.folder)
        figures["disk MB"] = sum(one.stat().st_size for one in home.rglob("*")) / 1e6
        for step in others:
            figures |= run_step(step, path, arguments.folder)
        measured[int(figures.pop("n_papers"))] = figures
        print(json.dumps({"n_papers": [*measured][-1], **figures}), flush=True)
    print(table(measured))


def data_of(source: str, folder: Path, n_papers: int) -> Path:
    """Return the file of a size, made if it is not there."""
    path = folder / f"made-{n_papers}.jsonl"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        half = path.with_name("half.jsonl")
        # In a process of its own: what this one has held would count as its children's peak.
        subprocess.run(
            [sys.executable, "-m", "benchmarks.make_large", source, str(half), "--papers",
             str(n_papers)], check=True
        )  # fmt: skip
        half.rename(path)
    return path


def run_step(step: str, data: str, folder: Path) -> Figures:
    """Measure one step in a process of its own, with the most memory that one process held.

    "peak MB" is resident memory, of which the system takes back what are pages of mapped files;
    "peak own MB" is without those.
    """
    command = [sys.executable, "-m", "benchmarks.scale", data, str(folder), "--step", step]
    # A process that waits for the next run would be at work beside the next step.
    alone = {**os.environ, "ARXIVTAG_STANDBY": "0"}
    own = [0.0]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=alone
    ) as process:
        over = threading.Event()
        watcher = threading.Thread(target=watch_memory, args=(process.pid, own, over))
        watcher.start()
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        over.set()
        watcher.join()
    if process.returncode:
        raise SystemExit(f"{step} of {data} failed")
    figures: Figures = json.loads(said.splitlines()[-1])
    figures[f"{step} peak MB"] = usage.ru_maxrss / 1000
    figures[f"{step} peak own MB"] = max(own)
    return figures


def watch_memory(parent: int, own: list[float], over: threading.Event) -> None:
    """Note every half second the own memory of the largest process under ``parent``, in MB."""
    while not over.wait(0.5):
        own.append(max((own_memory_mb(pid) for pid in family(parent)), default=0.0))


def family(parent: int) -> list[int]:
    """Return a process and all that it started, directly or not."""
    pids = [parent]
    for pid in pids:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                pids += map(int, (task / "children").read_text().split())
    return pids


def own_memory_mb(pid: int) -> float:
    """Return the memory of a process that is not of mapped files, in MB; 0 of one that ended."""
    with contextlib.suppress(OSError, StopIteration):
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1000 for line in status if line.startswith("RssAnon"))
    return 0.0


def timed(figures: Figures, name: str, work: Callable[[], object]) -> None:
    """Write down the seconds that ``work`` takes, and those of all processors."""
    started, used = time.perf_counter(), sum(os.times()[:4])
    work()
    figures[name] = round(time.perf_counter() - started, 3)
    figures[f"{name}, processors"] = round(sum(os.times()[:4]) - used, 2)


def ingest(source: str, home: Path) -> Figures:
    """Ingest a data set."""
    figures: Figures = {}
    timed(figures, "ingest", lambda: open_corpus(source, home))
    return figures


def explore(source: str, home: Path) -> Figures:
    """Open each tab of Explore once, then with filters, in one process as the server does."""
    figures: Figures = {}
    opened: list[tuple[Corpus, Cleaned]] = []

    def first_view() -> None:
        corpus = open_corpus(source, home)
        cleaned = clean_rows(corpus)
        labels.label_frequency(corpus.labels.of(cleaned.kept))
        lengths.describe_lengths(corpus.n_words[cleaned.kept])
        opened.append((corpus, cleaned))

    timed(figures, "first view", first_view)
    corpus, cleaned = opened[0]
    figures["n_papers"] = corpus.n_papers
    filters = {
        "label": PaperFilter(labels=corpus.labels.label_names[:1]),
        "text": PaperFilter(text="neural network"),
        "length": PaperFilter(min_words=100, max_words=200),
    }
    tabs = {
        "duplicates": lambda rows: [duplicate_groups(corpus, kind) for kind in ("titles", "near")],
        "labels": lambda rows: labels_tab(corpus, rows),
        "terms": lambda rows: terms_tab(corpus, rows),
        "lengths": lambda rows: lengths_tab(corpus, rows),
        "papers": lambda rows: papers_at(corpus, np.flatnonzero(rows)[:25]),
        "cleaning": lambda rows: cleaning_tab(corpus, cleaned),
    }
    for name, tab in tabs.items():
        timed(figures, name, lambda tab=tab: tab(cleaned.kept))  # type: ignore[misc]
    for name, chosen in filters.items():
        timed(figures, f"select {name}", lambda chosen=chosen: select_rows(corpus, chosen))  # type: ignore[misc]
        rows = select_rows(corpus, chosen) & cleaned.kept
        for tab_name in ("labels", "terms", "lengths", "papers"):
            seconds: Figures = {}
            timed(seconds, "tab", lambda rows=rows, tab=tabs[tab_name]: tab(rows))  # type: ignore[misc]
            for key, value in seconds.items():
                key = key.replace("tab", f"{tab_name} filtered")
                figures[key] = max(figures.get(key, 0), value)
    timed(figures, "describe", lambda: describe(corpus))
    return figures


def train(source: str, home: Path) -> Figures:
    """Train preset ``tuned`` on what was ingested, as the command line does."""
    figures: Figures = {}
    settings = replace(preset_settings("tuned"), data=source)
    results: list[dict[str, Any]] = []
    timed(figures, "train", lambda: results.append(train_in_foreground(settings, home)))
    (result,) = results
    stages = ("clean", "split", "vectorize", "train", "evaluate", "bundle")
    figures |= {f"of it {stage}": result["timings"][stage] for stage in stages}
    figures |= {name: result["evaluation"][name] for name in ("micro_f1", "macro_f1", "lrap")}
    figures["bundle MB"] = sum(
        path.stat().st_size for path in RunFolder(result["run_id"], home).bundle.iterdir()
    ) / 1e6  # fmt: skip
    return figures


def train_again(source: str, home: Path) -> Figures:
    """Start a run with another learning rate, in a worker as the app does, up to its first step."""
    same = replace(preset_settings("tuned"), data=source)
    settings = with_settings(same, {"learning_rate": 0.012})
    started = time.perf_counter()
    run_id = jobs.start(settings, home)
    folder = RunFolder(run_id, home)
    while not read_history(folder.history).ticks and not read_run(run_id, home).status.is_over:
        time.sleep(0.02)
    figures = {"second run to its first step": time.perf_counter() - started}
    jobs.stop(run_id, home)
    while not read_run(run_id, home).status.is_over:
        time.sleep(0.2)
    return figures


def tag(source: str, home: Path) -> Figures:
    """Load the bundle of the run and tag 1,024 abstracts."""
    figures: Figures = {}
    corpus = open_corpus(source, home)
    texts = papers_at(corpus, range(1024))["abstract"].tolist()
    folder = next(RunFolder(run.run_id, home).bundle for run in list_runs(home) if run.has_bundle)
    before = own_memory_mb(os.getpid())
    bundles: list[Bundle] = []
    timed(figures, "load the bundle", lambda: bundles.append(load_bundle(folder)))
    timed(figures, "tag 1,024 abstracts", lambda: tagger.predict(bundles[0], texts))
    return {**figures, "added MB": own_memory_mb(os.getpid()) - before}


STEPS = {
    "ingest": ingest,
    "explore": explore,
    "train": train,
    "train again": train_again,
    "tag": tag,
}


def labels_tab(corpus: Corpus, rows: Rows) -> None:
    """Compute what the tab of labels shows."""
    index = corpus.labels.of(rows)
    labels.imbalance_text(labels.label_frequency(index))
    labels.combination_frequency(index)
    labels.labels_per_paper(index)
    labels.co_occurrence(index)
    labels.label_pairs(index)


def terms_tab(corpus: Corpus, rows: Rows) -> None:
    """Compute what the tab of terms shows first; what is folded away waits until it is opened."""
    tokens, index = corpus.tokens, corpus.labels
    whole, rows = rows, terms.countable(tokens, rows)
    terms.term_frequency(tokens, "words", rows, n_terms=500)
    terms.telling_terms(tokens, "words", index.having(index.label_names[:1]), rows, n_terms=200)
    terms.zipf(tokens, rows)
    terms.vocabulary_growth(tokens, terms.evenly_chosen(tokens, whole))
    terms.vocabulary_coverage(tokens, rows).curve()


def lengths_tab(corpus: Corpus, rows: Rows) -> None:
    """Compute what the tab of lengths shows."""
    n_words = corpus.n_words[rows]
    lengths.describe_lengths(n_words)
    lengths.length_histogram(n_words)
    lengths.length_by_label(corpus.labels.of(rows), n_words)
    lengths.length_coverage(n_words)


def cleaning_tab(corpus: Corpus, cleaned: Cleaned) -> None:
    """Compute what the tab of cleaning shows."""
    parts = split_rows(corpus, cleaned)
    sides = {name: parts.of(side) for side, name in enumerate(preparation.SPLIT_NAMES)}
    preparation.split_sizes(cleaned.labels, sides)
    preparation.label_balance(cleaned.labels, sides)


def table(measured: dict[int, Figures]) -> str:
    """Return the figures as a table in Markdown, a line per figure."""
    sizes = list(measured)
    first, last = measured[sizes[0]], measured[sizes[-1]]
    lines = ["| | " + " | ".join(f"{size:,}" for size in sizes) + " | exponent |"]
    lines.append("|---" * (len(sizes) + 2) + "|")
    for name in first:
        cells = " | ".join(f"{measured[size][name]:,.4g}" for size in sizes)
        growth = "-"
        if len(sizes) > 1 and first[name] > 0 and last[name] > 0:
            growth = f"{math.log(last[name] / first[name]) / math.log(sizes[-1] / sizes[0]):.2f}"
        lines.append(f"| {name} | {cells} | {growth} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
