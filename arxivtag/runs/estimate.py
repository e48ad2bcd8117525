"""How long a training will take and how much memory, before it starts.

Plain formulas over the size of the data and the network. The constants were
fitted to two runs of preset ``tuned`` on 2 otherwise idle cores (38,209 real
rows, and the sample); other settings follow in proportion. They are for
orientation: the live view replaces them by what it measures.
"""

from __future__ import annotations

from dataclasses import dataclass

from arxivtag.config import RunConfig

START_S = 5.0  # process, imports, compiling
LOAD_S = 3e-5  # a paper
PREPARE_S = 1.7e-4  # a paper: clean, split
VECTORIZE_S = 6e-5  # a paper
STEP_S = 0.003  # a batch, whatever its size
WEIGHT_S = 2e-9  # a batch and weight that it touches (gather, product, update)
DRIFT_FACTOR = 2.5  # rows that do not occur are made up for, unless they are lazy
EVALUATE_S = 2e-3  # a test paper: metrics, intervals, neighbours, saving
LINEAR_BASELINE_S = 4.2e-4  # a training paper
BASE_MB = 650.0
PAPER_MB = 0.012
# Words an abstract, distinct n-grams a paper in a batch, as on arXiv abstracts.
TERMS_PER_PAPER = 220
_MAX_LINEAR_BASELINE_S = 20.0


@dataclass(frozen=True)
class Estimate:
    """Seconds and megabytes that a run will take, roughly."""

    seconds: float
    memory_mb: float
    n_train: int
    n_features: int
    n_labels: int


def seconds_after_training(n_train: int, n_test: int, linear_baseline: bool) -> float:
    """Return the seconds from the last epoch to the end of the run."""
    baseline = min(_MAX_LINEAR_BASELINE_S, LINEAR_BASELINE_S * n_train) if linear_baseline else 0.0
    return EVALUATE_S * n_test + baseline


def expected_features(config: RunConfig, n_distinct_words: int, n_papers: int) -> int:
    """Return about how many n-grams the vocabulary will hold."""
    wanted = config.vectorizer.max_tokens or n_distinct_words
    return max(1, min(wanted, n_papers * TERMS_PER_PAPER))


def estimate(config: RunConfig, n_papers: int, n_features: int, n_labels: int) -> Estimate:
    """Return what a run on so many papers will take.

    Args:
        config: The run's settings.
        n_papers: Papers after cleaning.
        n_features: Size of the vocabulary.
        n_labels: Distinct labels.
    """
    held_out = round(config.split.held_out_fraction * n_papers)
    n_train = max(1, n_papers - held_out)
    batch = min(config.training.batch_size, n_train)
    n_steps = -(-n_train // batch)
    # Only the rows of the first layer that occur in the batch are touched.
    touched = min(n_features, round(batch * TERMS_PER_PAPER * 0.45))
    first = config.model.hidden_units[0] if config.model.hidden_units else n_labels
    touched_weights = touched * (first + (n_labels if config.model.linear_path else 0))
    a_weight = WEIGHT_S * (1.0 if config.training.lazy_rows else DRIFT_FACTOR)
    an_epoch = n_steps * (STEP_S + a_weight * touched_weights)
    seconds = (
        START_S
        + n_papers * (LOAD_S + PREPARE_S + VECTORIZE_S)
        + config.training.epochs * an_epoch
        + seconds_after_training(n_train, held_out // 2, config.evaluation.linear_baseline)
    )
    # Kernel, both moments, and the copies that saving makes.
    linear = n_labels if config.model.linear_path and config.model.hidden_units else 0
    weights_mb = 4e-6 * n_features * (first + linear) * 5
    return Estimate(
        seconds=seconds,
        memory_mb=BASE_MB + PAPER_MB * n_papers + weights_mb,
        n_train=n_train,
        n_features=n_features,
        n_labels=n_labels,
    )
