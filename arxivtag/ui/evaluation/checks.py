"""Whether a stored evaluation has the shape that the pages read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from arxivtag.learning.metrics import METRICS

_COUNTS = (
    "binary_accuracy_all_zeros",
    "n_samples",
    "n_labels",
    "n_labels_present",
    "n_papers_without_known_label",
    "n_unknown_labels",
)
_ENDLESS = 1e300
# Columns of equal length, by their names.
_TABLES = ("per_label", "threshold_grid", "top_k_grid")


def fault_in(evaluation: Mapping[str, Any]) -> str | None:
    """Return the name of the first part that is not as it should be; None if all are.

    A part that is missing is no fault: older runs have fewer.
    """
    for key in (*(metric.key for metric in METRICS), *_COUNTS):
        if not _is_number_or_none(evaluation.get(key)):
            return key
    checks = {
        "intervals": _are_intervals,
        "baselines": _are_baselines,
        "curves": _are_curves,
        "confusions": _are_records,
        **dict.fromkeys(_TABLES, _is_table),
    }
    return next(
        (key for key, check in checks.items() if key in evaluation and not check(evaluation[key])),
        None,
    )


def _is_number_or_none(value: object) -> bool:
    if value is None:
        return True
    # A comparison, since math.isfinite() overflows on endless whole numbers.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < _ENDLESS


def _are_intervals(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(bounds, list)
        and len(bounds) == 2
        and all(bound is not None and _is_number_or_none(bound) for bound in bounds)
        for bounds in value.values()
    )


def _are_baselines(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict)
        and all(isinstance(item.get(name), str) for name in ("key", "name", "note"))
        and isinstance(item.get("metrics"), dict)
        and all(map(_is_number_or_none, item["metrics"].values()))
        for item in value
    )


def _is_table(value: object) -> bool:
    if not isinstance(value, dict) or not all(isinstance(part, list) for part in value.values()):
        return False
    return len({len(part) for part in value.values()}) <= 1


def _are_curves(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("labels", {}), dict)
        and all(map(_is_table, (value.get("pooled", {}), *value.get("labels", {}).values())))
    )


def _are_records(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
