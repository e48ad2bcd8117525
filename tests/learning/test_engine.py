"""The row-sparse engine against plain dense Keras and scipy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from arxivtag.learning.features import Examples, SparseRows
from arxivtag.settings import ModelConfig, TrainingConfig
from tests.learning.test_network import random_rows

N_FEATURES, N_LABELS, N_PAPERS, BATCH_SIZE, N_STEPS = 700, 4, 60, 8, 24


@pytest.fixture(scope="module")
def papers() -> Examples:
    """Papers of about 12 of 700 n-grams: most do not occur in a batch of 8."""
    random = np.random.default_rng(1)
    dense = np.zeros((N_PAPERS, N_FEATURES), np.float32)
    for row in dense:
        # Squared, so that some n-grams are common and most are rare.
        columns = (random.random(12) ** 2 * N_FEATURES).astype(int)
        row[columns] = random.random(12) + 0.5
    nonzero = dense > 0
    indptr = np.concatenate([[0], np.cumsum(nonzero.sum(axis=1))]).astype(np.int64)
    indices = np.nonzero(nonzero)[1].astype(np.int32)
    rows = SparseRows(indptr, indices, dense[nonzero], N_FEATURES)
    return Examples(rows, random.random((N_PAPERS, N_LABELS)) < 0.3)


def batches_of(papers: Examples, **changes: Any) -> Any:
    from arxivtag.learning.engine.batches import Batches

    settings = {"batch_size": BATCH_SIZE, "word_dropout_rate": 0.0, "random_seed": 5}
    return Batches(papers, **{**settings, **changes})


def dense_batch(batch: tuple[dict[str, Any], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The batch's real papers as dense arrays."""
    inputs, y = batch
    n_real = int(inputs["weights"].sum())
    rows = SparseRows(
        inputs["indptr"].astype(np.int64), inputs["indices"], inputs["data"], N_FEATURES
    )
    end = rows.indptr[-1]
    rows = SparseRows(rows.indptr, rows.indices[:end], rows.data[:end], N_FEATURES)
    return rows.to_scipy().toarray()[:n_real], y[:n_real]


@pytest.mark.parametrize("product", ["csr_dot", "gathered_dot"])
def test_csr_product_equals_scipy_and_ignores_padding(product: str) -> None:
    from arxivtag.learning.engine import sparse
    from arxivtag.learning.engine.sparse import CSR

    rows, dense = random_rows(9, 30), np.random.default_rng(0).normal(size=(30, 5)).astype("f4")
    padding = np.full(7, 29, np.int32)
    padded = CSR(
        rows.indptr.astype(np.int32),
        np.concatenate([rows.indices, padding]),
        np.concatenate([rows.data, padding.astype(np.float32)]),
    )
    result = getattr(sparse, product)(padded, dense)
    np.testing.assert_allclose(result, rows.to_scipy() @ dense, rtol=1e-5)


def test_every_epoch_holds_each_paper_once_in_its_own_order(papers: Any) -> None:
    batches = batches_of(papers)
    numbered = Examples(papers.rows, np.arange(N_PAPERS)[:, None] == np.arange(N_PAPERS))
    numbered_batches = batches_of(numbered)

    def order() -> list[int]:
        found = []
        for index in range(numbered_batches.num_batches):
            inputs, y = numbered_batches[index]
            found += list(y[inputs["weights"] == 1].argmax(axis=1))
        return found

    first = order()
    numbered_batches.start_at(1)
    second = order()
    assert sorted(first) == sorted(second) == list(range(N_PAPERS))
    assert first != second
    numbered_batches.start_at(0)
    assert order() == first
    shapes = {tuple(array.shape for array in batches[i][0].values()) for i in range(8)}
    assert len(shapes) == 1, "one shape, so one compilation"


def test_batch_and_its_transpose_hold_the_same_papers(papers: Any) -> None:
    inputs, y = batch = batches_of(papers)[7]  # the short last one
    dense, _ = dense_batch(batch)
    assert len(dense) == N_PAPERS % BATCH_SIZE
    assert not y[len(dense) :].any()
    rebuilt = np.zeros((N_FEATURES + 1, BATCH_SIZE), np.float32)
    for row, number in enumerate(inputs["numbers"]):
        papers_of_row = slice(*inputs["transposed_indptr"][row : row + 2])
        where = min(number, N_FEATURES), inputs["transposed_indices"][papers_of_row]
        rebuilt[where] += inputs["transposed_data"][papers_of_row]
    np.testing.assert_array_equal(rebuilt[:N_FEATURES, : len(dense)].T, dense)


def test_word_dropout_drops_scales_and_repeats(papers: Any) -> None:
    plain, dropped = batches_of(papers)[0], batches_of(papers, word_dropout_rate=0.5)[0]
    dense, thinned = dense_batch(plain)[0], dense_batch(dropped)[0]
    kept = thinned > 0
    np.testing.assert_allclose(thinned[kept], 2 * dense[kept], rtol=1e-6)
    assert 0.3 < kept.sum() / (dense > 0).sum() < 0.7
    again = dense_batch(batches_of(papers, word_dropout_rate=0.5)[0])[0]
    np.testing.assert_array_equal(again, thinned)


def plain_keras(model: Any, learning_rate: float) -> Any:
    """The same network and weights as an ordinary dense Keras model."""
    import keras

    plain = keras.Sequential(
        [
            keras.layers.Input((N_FEATURES,)),
            keras.layers.Dense(6, activation="relu"),
            keras.layers.Dense(N_LABELS),
        ]
    )
    plain.set_weights(weights_of(model))
    plain.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return plain


def sparse_keras(lazy_rows: bool = False, weight_decay: float = 0.0) -> Any:
    from arxivtag.learning.engine.building import build_model, compile_model

    training = TrainingConfig(learning_rate=0.01, lazy_rows=lazy_rows, weight_decay=weight_decay)
    model = build_model(ModelConfig((6,)), training, N_FEATURES, N_LABELS, random_seed=2)
    compile_model(model, training, N_STEPS)
    return model


def weights_of(model: Any) -> list[np.ndarray]:
    """Copies of its weights, without a first kernel's spare rows."""
    return [np.array(variable.value)[:N_FEATURES] for variable in model.trainable_variables]


def test_training_equals_dense_keras_with_its_adam(papers: Any) -> None:
    model = sparse_keras()
    plain = plain_keras(model, 0.01)
    before = weights_of(model)
    batches = batches_of(papers)
    model.fit(batches, epochs=3, shuffle=False, verbose=0)
    for _ in range(3):
        for index in range(batches.num_batches):
            plain.train_on_batch(*dense_batch(batches[index]))
    model.optimizer.catch_up_all([model.stems[0].kernel])
    moved = np.abs(weights_of(model)[0] - before[0])
    for ours, theirs in zip(weights_of(model), weights_of(plain), strict=True):
        # Adam's epsilon is the one thing that is not followed to the letter.
        np.testing.assert_allclose(ours, theirs, atol=0.01 * moved.max())
    assert moved.max() > 0.1
    for ours, theirs in zip(
        model.optimizer.variables[2:4], plain.optimizer.variables[2:4], strict=True
    ):
        np.testing.assert_allclose(ours[:N_FEATURES], theirs, rtol=1e-3, atol=1e-7)


def test_a_step_moves_only_rows_that_occur(papers: Any) -> None:
    model = sparse_keras(lazy_rows=True)
    before = weights_of(model)[0]
    batch = batches_of(papers)[0]
    model.fit(batches_of(papers), epochs=1, steps_per_epoch=1, shuffle=False, verbose=0)
    occurs = dense_batch(batch)[0].any(axis=0)
    moved = (weights_of(model)[0] != before).any(axis=1)
    np.testing.assert_array_equal(moved, occurs)


@pytest.mark.parametrize("weight_decay", [0.0, 0.5])
def test_lazy_rows_move_by_adagrad_with_one_sum_for_each_row(
    papers: Any, weight_decay: float
) -> None:
    from arxivtag.learning.engine.optimizer import ROW_RATE

    model = sparse_keras(lazy_rows=True, weight_decay=weight_decay)
    kernel, bias, above, above_bias = weights_of(model)
    x, y = dense_batch(batches_of(papers)[0])
    before = x @ kernel + bias
    errors = 1 / (1 + np.exp(-(np.maximum(before, 0) @ above + above_bias))) - y
    hidden_gradient = (errors @ above.T) * (before > 0) / y.size
    gradient = x.T @ hidden_gradient
    sums = (gradient**2).mean(axis=1)
    model.fit(batches_of(papers), epochs=1, steps_per_epoch=1, shuffle=False, verbose=0)
    occurs = x.any(axis=0)
    expected = kernel[occurs] * (1 - 0.01 * weight_decay)
    expected -= ROW_RATE * 0.01 * gradient[occurs] / (np.sqrt(sums[occurs]) + 1e-7)[:, None]
    np.testing.assert_allclose(weights_of(model)[0][occurs], expected, rtol=1e-4, atol=1e-5)
    kept = {v.name: np.asarray(v.value) for v in model.optimizer.variables}["row_sums"]
    np.testing.assert_allclose(kept[:N_FEATURES], sums, rtol=1e-4)
    assert not any(v.shape == model.stems[0].kernel.shape for v in model.optimizer.variables)


def test_a_kernel_with_spare_rows_begins_as_one_without(papers: Any) -> None:
    import keras

    (kernel, *_), stem = weights_of(sparse_keras()), sparse_keras().stems[0]
    expected = keras.initializers.GlorotUniform(2000)((N_FEATURES, 6))
    np.testing.assert_array_equal(kernel, expected)
    assert stem.kernel.shape == (768, 6)
    assert not np.asarray(stem.kernel.value)[N_FEATURES:].any()


def test_sizes_near_one_another_are_made_the_same() -> None:
    from arxivtag.learning.engine.sparse import roomy

    for n in [*range(1, 2000), 36_001, 143_000, 2**24 + 1]:
        assert n <= roomy(n) <= n * 1.25
        assert roomy(roomy(n)) == roomy(n)
    assert [roomy(n) for n in (3, 700, 36_001, 40_001, 43_000)] == [3, 768, 40_960, 40_960, 49_152]


def test_row_gradient_equals_the_dense_product(papers: Any) -> None:
    from arxivtag.learning.engine.model import rows_of
    from arxivtag.learning.engine.sparse import CHUNK_ROWS, OccurringRows, RowGradient

    inputs, _ = batch = batches_of(papers)[0]
    output_gradient = np.random.default_rng(0).normal(size=(BATCH_SIZE, 6)).astype(np.float32)
    occurring = OccurringRows(inputs["numbers"], inputs["n_chunks"], rows_of(inputs, "transposed_"))
    gradient = RowGradient(occurring, output_gradient)
    result = np.zeros((N_FEATURES + 1, 6), np.float32)
    for chunk in range(int(inputs["n_chunks"])):
        numbers = inputs["numbers"][chunk * CHUNK_ROWS : (chunk + 1) * CHUNK_ROWS]
        result[np.minimum(numbers, N_FEATURES)] = gradient.chunk(chunk)
    expected = dense_batch(batch)[0].T @ output_gradient
    np.testing.assert_allclose(result[:N_FEATURES], expected, rtol=1e-4, atol=1e-5)


def run_with(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


def test_training_stays_on_the_processor_unless_a_gpu_is_asked_for() -> None:
    """Whatever is said to JAX alone."""
    code = (
        "import numpy as np\n"
        "from arxivtag.learning.engine import device\n"
        "from arxivtag.learning.engine.sparse import CSR, csr_dot\n"
        "rows = CSR(np.array([0, 1], 'i4'), np.array([1], 'i4'), np.array([2.0], 'f4'))\n"
        "assert csr_dot(rows, np.ones((3, 2), 'f4')).tolist() == [[2.0, 2.0]]\n"
        "assert device() == 'cpu'\n"
    )
    done = run_with(code, JAX_PLATFORMS="cuda")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    ("asked", "said"),
    [("gpu", "JAX found: cpu. Install JAX for"), ("tpu", "should be cpu or gpu. Received: 'tpu'")],
)
def test_a_device_that_is_not_there_is_told(asked: str, said: str) -> None:
    code = (
        "from arxivtag.errors import ConfigError\n"
        "try:\n"
        "    import arxivtag.learning.engine\n"
        "except ConfigError as error:\n"
        "    print(error)\n"
    )
    # JAX_PLATFORMS stands for a machine without a GPU where the tests' own has one.
    done = run_with(code, ARXIVTAG_DEVICE=asked, JAX_PLATFORMS="cpu")
    assert said in done.stdout, done.stderr[-2000:]


def test_another_backend_of_keras_is_refused() -> None:
    code = (
        "import sys, types\n"
        "keras = sys.modules['keras'] = types.ModuleType('keras')\n"
        "keras.backend = types.SimpleNamespace(backend=lambda: 'tensorflow')\n"
        "from arxivtag.errors import ConfigError\n"
        "try:\n"
        "    import arxivtag.learning.engine\n"
        "except ConfigError as error:\n"
        "    assert 'Received: tensorflow' in error.message\n"
        "    sys.exit(7)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7


def flags_of(address: int) -> list[str]:
    """What the system notes about the memory at an address."""
    inside = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        first, *rest = line.split()
        if "-" in first:
            start, end = (int(part, 16) for part in first.split("-"))
            inside = start <= address < end
        elif inside and first == "VmFlags:":
            return rest
    return []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is asked for")
def test_large_arrays_move_into_large_pages_and_small_ones_stay() -> None:
    import jax.numpy as jnp

    from arxivtag.learning.engine.building import use_large_pages

    large, small = jnp.arange(3_000_000.0), jnp.arange(7.0)
    address = large.unsafe_buffer_pointer()
    for array in (large, small):
        use_large_pages(array)
    assert large.unsafe_buffer_pointer() == address
    np.testing.assert_array_equal(large, np.arange(3_000_000, dtype="f4"))
    np.testing.assert_array_equal(small, np.arange(7, dtype="f4"))
    known = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    if known.exists() and "[never]" not in known.read_text():
        assert "hg" in flags_of(address + 2**22)
