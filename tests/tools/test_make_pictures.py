"""Pictures of the README keep their sizes, and an animation its last frame."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import PROJECT_FOLDER
from tools.make_pictures import MAX_ANIMATION_BYTES, MAX_PICTURE_BYTES, PICTURES, as_gif, as_png


def picture(seed: int, side: int = 64) -> Image.Image:
    """Noise, which packs badly."""
    noise = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    return Image.fromarray(noise)


def test_a_picture_has_as_many_colours_as_fit() -> None:
    image = picture(0)
    rich, poor = as_png(image, 10_000), as_png(image, 3_800)
    assert len(rich) > len(poor)
    assert len(poor) <= 3_800
    assert Image.open(io.BytesIO(poor)).size == image.size
    with pytest.raises(ValueError, match="more than 100"):
        as_png(image, 100)


def test_an_animation_that_is_too_long_loses_every_second_frame_but_not_the_last() -> None:
    noisy = [picture(n) for n in range(9)]
    whole = as_gif(noisy, 1_000_000)
    assert Image.open(io.BytesIO(whole)).n_frames == 9
    size = len(whole)
    short = Image.open(io.BytesIO(as_gif(noisy, 3 * size // 5)))
    assert short.n_frames == 5
    short.seek(4)
    last = np.asarray(short.convert("RGB"), float)
    assert np.abs(last - np.asarray(noisy[-1], float)).mean() < 30
    with pytest.raises(ValueError, match="Two frames"):
        as_gif(noisy, 100)


def test_the_readmes_files_are_small() -> None:
    images = PROJECT_FOLDER / "docs" / "images"
    for name in PICTURES:
        assert (images / f"{name}.png").stat().st_size <= MAX_PICTURE_BYTES
    assert (images / "learning.gif").stat().st_size <= MAX_ANIMATION_BYTES
