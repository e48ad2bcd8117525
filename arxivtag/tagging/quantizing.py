"""Kernels as whole numbers of 8 or 4 bits, one scale a row.

Four bits are enough for the first kernel of a network on TF-IDF rows: a text adds up the
rows of a hundred or more n-grams, and their rounding errors cancel. In exchange twice the
n-grams fit into the same file (figures: assets/MODEL_CARD.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

BITS: Mapping[str, int] = {"int8": 8, "int4": 4}
# With 15 steps, cutting off the largest weights of a row can make the rest more exact.
_CUTS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5)
# 4-bit numbers are stored two a byte, without a sign.
_OFFSET = 8


def quantize(kernel: NDArray[Any], bits: int) -> tuple[NDArray[Any], NDArray[np.float32]]:
    """Return a kernel as whole numbers and the scale of each row.

    Args:
        kernel: ``(n_in, n_out)`` float.
        bits: 8 or 4.

    Returns:
        The stored numbers (see :func:`stored_as`) and scales ``(n_in,)`` float32, each row's
        with the smallest squared error of those tried.
    """
    largest = 2 ** (bits - 1) - 1
    values = np.asarray(kernel, dtype=np.float32)
    highest = np.abs(values).max(axis=1, keepdims=True, initial=0.0)
    best_error = np.full(len(values), np.inf, dtype=np.float32)
    best = np.zeros(values.shape, dtype=np.int8)
    best_scale = np.zeros(len(values), dtype=np.float32)
    for cut in _CUTS if bits < 8 else _CUTS[:1]:
        scale = highest * np.float32(cut / largest)
        numbers = np.clip(np.rint(values / np.where(scale > 0, scale, 1)), -largest, largest)
        error = np.square(numbers * scale - values).sum(axis=1)
        better = error < best_error
        best[better] = numbers[better]
        best_scale[better] = scale[better, 0]
        best_error[better] = error[better]
    return (best if bits == 8 else _packed(best)), best_scale


def dequantize(
    stored: NDArray[Any], scale: NDArray[np.float32], n_out: int, bits: int
) -> NDArray[np.float32]:
    """Return the kernel ``(n_in, n_out)`` float32 of stored numbers and scales."""
    numbers = stored if bits == 8 else _unpacked(stored)[:, :n_out]
    # A damaged scale may overflow: the loader looks for values that are not finite.
    with np.errstate(over="ignore"):
        kernel: NDArray[np.float32] = np.multiply(numbers, scale[:, None], dtype=np.float32)
    return kernel


def stored_as(n_in: int, n_out: int, bits: int) -> tuple[tuple[int, int], type[Any]]:
    """Return shape and type of the stored numbers."""
    if bits == 8:
        return (n_in, n_out), np.int8
    return (n_in, (n_out + 1) // 2), np.uint8


def _packed(numbers: NDArray[np.int8]) -> NDArray[np.uint8]:
    """Return two numbers a byte: even columns low, odd columns high."""
    shifted: NDArray[np.uint8] = (numbers + _OFFSET).astype(np.uint8)
    if shifted.shape[1] % 2:
        shifted = np.pad(shifted, ((0, 0), (0, 1)))
    packed: NDArray[np.uint8] = np.bitwise_or(shifted[:, 0::2], shifted[:, 1::2] << 4)
    return packed


def _unpacked(packed: NDArray[np.uint8]) -> NDArray[np.int8]:
    numbers = np.empty((packed.shape[0], 2 * packed.shape[1]), dtype=np.int8)
    numbers[:, 0::2] = (packed & 15).astype(np.int8) - _OFFSET
    numbers[:, 1::2] = (packed >> 4).astype(np.int8) - _OFFSET
    return numbers
