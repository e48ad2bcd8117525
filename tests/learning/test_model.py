"""From configs to Keras models and on to plain networks."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, Literal

import numpy as np
import pytest

from arxivtag.learning import network
from arxivtag.learning.network import model_summary
from arxivtag.settings import ModelConfig, TrainingConfig
from tests.learning.test_network import random_rows

SHAPES = {
    "example": ModelConfig(),
    "linear": ModelConfig(hidden_units=()),
    "wide and deep": ModelConfig(hidden_units=(8,), linear_path=True, dropout_rate=0.5),
    "towers": ModelConfig(hidden_units=(8, 4), towers=3),
}


def build_model(
    config: ModelConfig, loss: Literal["binary_crossentropy", "softmax_crossentropy"], seed: int = 0
) -> Any:
    """A model of 30 n-grams and 5 labels."""
    from arxivtag.learning.engine import building

    return building.build_model(config, TrainingConfig(loss=loss), 30, 5, random_seed=seed)


@pytest.mark.parametrize("config", SHAPES.values(), ids=SHAPES)
def test_summary_tells_what_is_built(config: ModelConfig) -> None:
    rows = model_summary(config, 30, 5)
    model = build_model(config, "binary_crossentropy")
    n_spare = sum((stem.kernel.shape[0] - 30) * stem.kernel.shape[1] for stem in model.stems)
    assert sum(row.n_parameters for row in rows) == model.count_params() - n_spare
    built = {layer.name for layer in model.stems} | {
        layer.name for head in model.heads for layer in head if hasattr(layer, "kernel")
    }
    assert {row.name for row in rows} == built


def test_the_example_network_by_hand() -> None:
    # 143,577 n-grams, 124 labels, dense layers of 512 and 256 units.
    sizes = [row.n_parameters for row in model_summary(ModelConfig(), 143_577, 124)]
    assert sizes == [143_578 * 512, 513 * 256, 257 * 124]


def test_summary_needs_no_keras() -> None:
    code = (
        "import sys; from arxivtag.settings import ModelConfig; "
        "from arxivtag.learning.network import model_summary; model_summary(ModelConfig(), 9, 2); "
        "sys.exit(any(name in sys.modules for name in ('keras', 'jax', 'tensorflow')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["wide and deep", "towers"])
@pytest.mark.parametrize("loss", ["binary_crossentropy", "softmax_crossentropy"])
def test_the_network_predicts_as_the_model(name: str, loss: Any) -> None:
    from arxivtag.learning.engine.model import view_network

    rows = random_rows(20, 30)
    model = build_model(SHAPES[name], loss, seed=3)
    for variable in model.trainable_variables:
        if variable.name == "bias" or "linear" in variable.path:
            noise = np.random.default_rng(0).normal(size=variable.shape).astype(np.float32)
            variable.assign(noise)
    batch = {
        "indptr": rows.indptr.astype(np.int32),
        "indices": rows.indices,
        "data": rows.data,
    }
    np.testing.assert_allclose(
        network.probabilities(view_network(model), rows), model(batch), rtol=1e-4, atol=1e-5
    )


def test_same_seed_same_weights_and_towers_differ() -> None:
    def first_kernels(seed: int) -> list[np.ndarray]:
        model = build_model(SHAPES["towers"], "binary_crossentropy", seed)
        return [np.asarray(stem.kernel.value) for stem in model.stems]

    again, other = first_kernels(1), first_kernels(2)
    np.testing.assert_array_equal(first_kernels(1)[0], again[0])
    assert not np.allclose(again[0], again[1])
    assert not np.allclose(again[0], other[0])


def test_the_network_owns_its_arrays() -> None:
    from arxivtag.learning.engine.model import to_network

    model = build_model(SHAPES["linear"], "binary_crossentropy")
    kept = to_network(model)
    before = kept.branches[0].layers[0].kernel.copy()
    model.stems[0].kernel.assign(np.ones(model.stems[0].kernel.shape, np.float32))
    np.testing.assert_array_equal(kept.branches[0].layers[0].kernel, before)


def test_training_does_not_import_tensorflow() -> None:
    code = (
        "import sys; from arxivtag.settings import ModelConfig, TrainingConfig; "
        "from arxivtag.learning.engine.building import build_model; "
        "build_model(ModelConfig((4,)), TrainingConfig(), 9, 2); "
        "import arxivtag.learning.engine.callbacks, arxivtag.learning.engine.batches; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
