"""Products of sparse rows with dense matrices, in JAX.

``jax.experimental.sparse`` has no fast CPU product where the number of non-zeros
differs from batch to batch, but jaxlib ships the kernel (Eigen, CSR times dense), reached
here through :mod:`jax.ffi`. It reads ``indptr`` only, so arrays padded to one
length cost nothing and one compilation serves every batch. On other devices, which have
no such kernel, rows are gathered and summed.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax.experimental import sparse as _registers_the_kernel  # noqa: F401

_KERNEL = "cpu_csr_sparse_dense_ffi"

# Rows of a kernel that are gathered, updated and scattered at once. A chunk of 512 rows of
# 512 units is 1 MB: it stays in the cache, and no large temporary is ever allocated.
CHUNK_ROWS = 512
# Stands for no row in a list of row numbers.
NO_ROW = 2**31 - 1


@dataclass(frozen=True)
class CSR:
    """Compressed sparse rows; ``indices`` and ``data`` may be longer than ``indptr[-1]``.

    Args:
        indptr: ``(n_rows + 1,)`` int32.
        indices: ``(capacity,)`` int32, column numbers.
        data: ``(capacity,)`` float32.
    """

    indptr: jax.Array
    indices: jax.Array
    data: jax.Array


@dataclass(frozen=True)
class OccurringRows:
    """The rows of a first kernel that occur in one batch.

    Args:
        numbers: ``(row_capacity,)`` int32, rising; padded with :data:`NO_ROW`.
        n_chunks: ``()`` int32, how many chunks of :data:`CHUNK_ROWS` hold real rows.
        transposed: The batch by row of the kernel: row ``i`` lists the papers that hold
            n-gram ``numbers[i]`` and its weights there; ``indptr`` is ``(row_capacity + 1,)``.
    """

    numbers: jax.Array
    n_chunks: jax.Array
    transposed: CSR


@dataclass(frozen=True)
class RowGradient:
    """The gradient of a first kernel, kept as its two factors.

    Row ``rows.numbers[i]`` of the dense gradient is ``rows.transposed[i] @ output_gradient``;
    all other rows are zero. It stands where Keras' optimizers expect a tensor.
    """

    rows: OccurringRows
    output_gradient: jax.Array  # (batch_size, units)

    def chunk(self, number: jax.Array) -> jax.Array:
        """Return chunk ``number`` of the occurring rows: ``(CHUNK_ROWS, units)``."""
        indptr = jax.lax.dynamic_slice(
            self.rows.transposed.indptr, (number * CHUNK_ROWS,), (CHUNK_ROWS + 1,)
        )
        transposed = self.rows.transposed
        return csr_dot(CSR(indptr, transposed.indices, transposed.data), self.output_gradient)


def roomy(n: int) -> int:
    """Return a size that holds ``n``, at most a quarter larger, and is the same for most near it.

    Runs on nearly the same papers then share compiled programs, which know sizes alone.
    """
    step = 1 << max(0, n.bit_length() - 3)
    return -(-n // step) * step


def csr_dot(rows: CSR, dense: jax.Array) -> jax.Array:
    """Return ``rows @ dense``: ``(n_rows, n_columns)`` float32. Not differentiable by JAX."""
    if jax.default_backend() != "cpu":
        return gathered_dot(rows, dense)
    shape = jax.ShapeDtypeStruct((rows.indptr.shape[0] - 1, dense.shape[1]), jnp.float32)
    return jax.ffi.ffi_call(_KERNEL, shape)(rows.data, rows.indptr, rows.indices, dense)


def gathered_dot(rows: CSR, dense: jax.Array) -> jax.Array:
    """Return what :func:`csr_dot` returns, by operations that every device has.

    Each non-zero takes a row of ``dense`` along: fast where memory is (a GPU), and ten times
    as slow as the kernel on a processor.
    """
    places = jnp.arange(rows.indices.shape[0])
    row_of_place = jnp.searchsorted(rows.indptr, places, side="right") - 1
    # Padding lies behind the last row, where the sum has no place for it.
    return jax.ops.segment_sum(
        dense[rows.indices] * rows.data[:, None],
        row_of_place,
        num_segments=rows.indptr.shape[0] - 1,
        indices_are_sorted=True,
    )


def chunk_of(numbers: jax.Array, number: jax.Array) -> jax.Array:
    """Return the row numbers of one chunk: ``(CHUNK_ROWS,)``."""
    return jax.lax.dynamic_slice(numbers, (number * CHUNK_ROWS,), (CHUNK_ROWS,))


def gather(table: jax.Array, numbers: jax.Array) -> jax.Array:
    """Return rows of ``table``; a number past the end gives the last one."""
    return table.at[numbers].get(mode="clip", unique_indices=True, indices_are_sorted=True)


def scatter(table: jax.Array, numbers: jax.Array, values: jax.Array) -> jax.Array:
    """Return ``table`` with rows replaced, in place where XLA owns it; padding is dropped."""
    return table.at[numbers].set(values, mode="drop", unique_indices=True, indices_are_sorted=True)
