"""The network's shape from its settings: its branches and the sizes of their layers."""

from __future__ import annotations

from dataclasses import dataclass

from arxivtag.settings import ModelConfig


@dataclass(frozen=True)
class LayerSummary:
    """One row of a model's summary: the layer's name, its output's shape, its parameters."""

    name: str
    output_shape: tuple[int | None, ...]
    n_parameters: int


def model_summary(config: ModelConfig, n_features: int, n_labels: int) -> tuple[LayerSummary, ...]:
    """Return the layers that :mod:`arxivtag.learning.engine.building` makes, without Keras."""
    rows = []
    for branch, units in branches(config, n_labels):
        n_in = n_features
        for number, n_out in enumerate(units, start=1):
            rows.append(LayerSummary(f"{branch}_{number}", (None, n_out), (n_in + 1) * n_out))
            n_in = n_out
    return tuple(rows)


def branches(config: ModelConfig, n_labels: int) -> list[tuple[str, tuple[int, ...]]]:
    """Return each branch's name and the outputs of its layers."""
    if not config.hidden_units:
        return [("linear", (n_labels,))]
    names = ["dense"] if config.towers == 1 else [f"tower_{i + 1}" for i in range(config.towers)]
    with_hidden = [(name, (*config.hidden_units, n_labels)) for name in names]
    return [*with_hidden, ("linear", (n_labels,))] if config.linear_path else with_hidden
