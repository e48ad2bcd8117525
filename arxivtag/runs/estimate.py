"""How long a training will take and how much memory, before it starts, and whether that is there.

Plain formulas over the size of the data and the network. The constants were
fitted to two runs of preset ``tuned`` on 2 otherwise idle cores (38,209 rows of
real data, and the sample); other settings follow in proportion. They are for
orientation: runs that this machine has done correct them (:func:`seconds_here`), and the live
view replaces them by what it measures.
"""

from __future__ import annotations

import contextlib
import math
import os
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from arxivtag.corpus.apart import papers_in
from arxivtag.errors import ArxivTagError
from arxivtag.learning.baselines import MAX_PAPERS
from arxivtag.learning.network import branches
from arxivtag.learning.word_order import WordShape
from arxivtag.papers.schema import parse_layout
from arxivtag.papers.sources import OpenedSource
from arxivtag.runs.registry import Run
from arxivtag.settings import RunConfig, VectorizerConfig

START_S = 5.0  # process, imports, compiling
LOAD_S = 3e-5  # per paper
PREPARE_S = 1.7e-4  # per paper: clean, split
VECTORIZE_S = 6e-5  # per paper
STEP_S = 0.003  # per batch, whatever its size
WEIGHT_S = 7e-10  # per batch and weight that it touches (gather, product, update)
WORD_S = 9e-11  # per paper, word in order, and weight of the network that reads it
DRIFT_FACTOR = 7.0  # moments, and rows that do not occur are made up for, unless rows are lazy
EVALUATE_S = 2e-3  # per test paper: metrics, intervals, neighbours, saving
LINEAR_BASELINE_S = 1.5e-4  # per training paper
BASE_MB = 650.0
PAPER_MB = 0.012
# Distinct n-grams of one paper in a batch, as in arXiv abstracts.
TERMS_PER_PAPER = 220

N_LEARNT_FROM = 5
# A run says nothing about one that is far shorter or longer: start and training differ in pace.
_ALIKE = 4.0

# Kept free for the app and the system.
RESERVE_MB = 1_000.0
# The most that a process which waits for a run may hold (docs/runs.md).
STANDBY_MB = 450.0
_LABELS = 150
# Distinct words of n abstracts grow as n ** 0.73; of 27,000 real ones there are about 200,000.
_WORDS_OF, _WORDS, _GROWTH = 27_000, 200_000, 0.73
# Of a container: what it may have and has, in either version of Linux' control groups.
_GROUPS = (("memory.max", "memory.current"),
           ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"))  # fmt: skip
_MB = 1e6


def seconds_here(expected_s: float, runs: Iterable[Run]) -> tuple[float, int]:
    """Return the seconds to expect on this machine, and how many runs that was learnt from.

    It is what :func:`estimate` says, times the median of how much longer than estimated the last
    finished runs of about that length took; ``runs`` are given the newest first.
    """
    ratios = []
    for run in runs:
        n_papers = sum(run.sizes.get(key, 0) for key in ("n_train", "n_val", "n_test"))
        if run.settings is None or not run.duration_s or not n_papers or run.status.attempt > 1:
            continue
        if run.settings.members:  # nothing was trained
            continue
        n_features, n_labels = run.sizes.get("n_features", 0), run.sizes.get("n_labels", 0)
        estimated = estimate(run.settings, n_papers, n_features, n_labels).seconds
        if 1 / _ALIKE < estimated / expected_s < _ALIKE:
            ratios.append(run.duration_s / estimated)
        if len(ratios) == N_LEARNT_FROM:
            break
    return (expected_s * statistics.median(ratios) if ratios else expected_s), len(ratios)


@dataclass(frozen=True)
class Estimate:
    """Seconds and megabytes that a run will take, roughly, and its training papers."""

    seconds: float
    memory_mb: float
    n_train: int


def seconds_after_training(n_train: int, n_test: int, linear_baseline: bool) -> float:
    """Return the seconds from the last epoch to the end of the run."""
    fitted = linear_baseline and n_train <= MAX_PAPERS
    return EVALUATE_S * n_test + (LINEAR_BASELINE_S * n_train if fitted else 0.0)


def expected_features(settings: RunConfig, n_distinct_words: int, n_papers: int) -> int:
    """Return about how many n-grams the vocabulary will hold."""
    wanted = settings.vectorizer.max_tokens or n_distinct_words
    frequent = _frequent_terms(settings.vectorizer, n_distinct_words, n_papers)
    kept = settings.vectorizer.budget(n_papers) or wanted
    return max(1, min(wanted, kept, n_papers * TERMS_PER_PAPER, frequent))


def _frequent_terms(vectorizer: VectorizerConfig, n_distinct_words: int, n_papers: int) -> int:
    """Return about how many n-grams occur in as many papers as the vocabulary asks for.

    Fitted to 1,000 to 30,000 real papers and to the sample: within 5 % for n-grams in 6
    papers, within a third for 2 to 20. More papers raise the number, and so does a smaller
    choice of words, since the same ones come back.
    """
    n_words, floor = max(1, n_distinct_words), vectorizer.min_document_frequency
    if vectorizer.ngrams == 1:
        return round(0.6 * n_words / math.pow(floor, 0.9))
    return round(
        595 * math.pow(floor / 6, -1.1) * math.pow(n_papers, 1.31) / math.pow(n_words, 0.7)
    )


def _word_products(settings: RunConfig) -> int:
    """Return the products of one paper in a network that reads words in order."""
    model, length = settings.model, settings.vectorizer.max_length_words or 0
    if model.word_order == "none":
        return 0
    shape = WordShape(model.word_order, model.word_units, 0, length, 1)
    return length * sum(map(math.prod, shape.encoder_shapes().values()))


def estimate(settings: RunConfig, n_papers: int, n_features: int, n_labels: int) -> Estimate:
    """Return what a run on so many papers, after cleaning, will take."""
    held_out = round(settings.split.held_out_fraction * n_papers)
    n_train = max(1, round(settings.split.train_share * (n_papers - held_out)))
    batch = min(settings.training.batch_size, n_train)
    n_steps = -(-n_train // batch)
    # Only the rows of the first layer that occur in the batch are touched.
    touched = min(n_features, round(batch * TERMS_PER_PAPER * 0.45))
    units = sum(first for _, (first, *_) in branches(settings.model, n_labels))
    seconds_per_weight = WEIGHT_S * (1.0 if settings.training.lazy_rows else DRIFT_FACTOR)
    of_words = n_train * WORD_S * _word_products(settings)
    seconds_per_epoch = n_steps * (STEP_S + seconds_per_weight * touched * units) + of_words
    seconds = (
        START_S
        + n_papers * (LOAD_S + PREPARE_S + VECTORIZE_S)
        + settings.training.planned_epochs(n_train) * seconds_per_epoch
        + seconds_after_training(n_train, held_out // 2, settings.evaluation.linear_baseline)
    )
    # Kernel, both moments unless rows are lazy, rounded networks, what comes and goes beside them.
    weights_mb = 4e-6 * n_features * units * (3 if settings.training.lazy_rows else 5)
    return Estimate(seconds, BASE_MB + PAPER_MB * n_papers + weights_mb, n_train)


def needed_mb(settings: RunConfig | None, home: Path) -> float:
    """Return about how many megabytes a run will take at its peak, from the size of its file.

    Nothing is read but the size, so that it can be asked of a file that no run has read yet. Of
    settings that cannot be read, and of a source that is not there, it is that of the smallest.
    """
    if settings is None:
        return estimate(RunConfig(), 1, 1, 1).memory_mb
    n_papers = 1
    with contextlib.suppress(ArxivTagError):
        layout = parse_layout(settings.columns, settings.label_separator)
        n_papers = max(1, papers_in(OpenedSource(settings.data, layout, home)))
    n_words = round(_WORDS * (n_papers / _WORDS_OF) ** _GROWTH)
    n_features = expected_features(settings, n_words, n_papers)
    return estimate(settings, n_papers, n_features, _LABELS).memory_mb


def has_room(needed: float, beside: Sequence[float]) -> bool:
    """Return whether a run fits, in megabytes, beside others that may not have taken all yet."""
    total, free = _total_mb(), _free_mb()
    return needed + sum(beside) + RESERVE_MB <= total and needed + RESERVE_MB <= free


def _total_mb() -> float:
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / _MB
    return min([machine, *(most for most, _ in _groups())])


def _free_mb() -> float:
    """Return the memory that can be had now; without bound where the system does not say."""
    free = [most - used for most, used in _groups()]
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = Path("/proc/meminfo").read_text().splitlines()
        (line,) = (one for one in lines if one.startswith("MemAvailable:"))
        free.append(int(line.split()[1]) * 1024 / _MB)
    return min(free, default=float("inf"))


def _groups(root: Path = Path("/sys/fs/cgroup")) -> list[tuple[float, float]]:
    """Return the megabytes that this container may have and has, if it is bounded."""
    found = []
    for names in _GROUPS:
        with contextlib.suppress(OSError, ValueError):
            most, used = (int((root / name).read_text()) / _MB for name in names)
            found.append((most, used))
    return found
