"""Kernels of few bits: by hand, and within half a step of what they were."""

from __future__ import annotations

import numpy as np
import pytest

from arxivtag.tagging.quantizing import dequantize, quantize, stored_as


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("n_out", [1, 6, 7])
def test_there_and_back(bits: int, n_out: int) -> None:
    kernel = np.random.default_rng(0).normal(size=(50, n_out)).astype(np.float32)
    kernel[3] = 0
    stored, scale = quantize(kernel, bits)
    assert (stored.shape, stored.dtype.type) == stored_as(50, n_out, bits)
    back = dequantize(stored, scale, n_out, bits)
    assert back.shape == kernel.shape
    assert (back[3] == 0).all()
    # Without cutting off, no weight is further away than half a step; cutting off is only
    # chosen where it makes a row's squared error smaller.
    step = np.abs(kernel).max(axis=1) / (2 ** (bits - 1) - 1)
    assert (np.square(back - kernel).sum(axis=1) <= n_out * np.square(step / 2) + 1e-9).all()
    # Whole multiples of the scale stay: quantizing again changes nothing.
    again = dequantize(*quantize(back, bits), n_out, bits)
    if bits == 8:
        np.testing.assert_allclose(again, back, atol=1e-6)


def test_by_hand() -> None:
    stored, scale = quantize(np.array([[7.0, -7.0, 3.0]], np.float32), 4)
    # 7 + 8 = 15 low, -7 + 8 = 1 high; 3 + 8 = 11 low.
    assert stored.tolist() == [[15 + 16 * 1, 11]]
    assert scale.tolist() == [1.0]
    assert dequantize(stored, scale, 3, 4).tolist() == [[7.0, -7.0, 3.0]]
