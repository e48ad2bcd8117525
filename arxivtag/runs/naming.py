"""Names for runs that nobody named: the preset, and what differs from it."""

from __future__ import annotations

from typing import Any

from arxivtag.fields import to_dict
from arxivtag.settings import PRESETS

MAX_PARTS = 3  # settings named; of further ones the number
MAX_CHARS = 100
# What says nothing about the model.
_LEFT_OUT = (
    "data", "columns", "label_separator", "preset", "members", "random_seed", "evaluation",
)  # fmt: skip


def made_name(settings: dict[str, Any]) -> str:
    """Return a name such as ``tuned, 6 epochs, seed 7``; empty if the preset is not known.

    Args:
        settings: What ``config.json`` holds, whatever that is.
    """
    preset = settings.get("preset")
    seed = settings.get("random_seed")
    seeds = [f"seed {seed}"] if isinstance(seed, int) else []
    if isinstance(preset, str) and settings.get("members"):
        return ", ".join([preset, *seeds])[:MAX_CHARS]
    if not isinstance(preset, str) or preset not in PRESETS:
        return ""
    usual, own = _leaves(to_dict(PRESETS[preset])), _leaves(settings)
    changed = {name: value for name, value in own.items() if usual.get(name, value) != value}
    epochs = {"epochs": changed.pop("epochs")} if "epochs" in changed else {}
    parts = [_part(name, value) for name, value in (epochs | changed).items()]
    if len(parts) > MAX_PARTS:
        parts[MAX_PARTS:] = [f"{len(parts) - MAX_PARTS} more"]
    return ", ".join([preset, *parts, *seeds])[:MAX_CHARS]


def _leaves(settings: dict[str, Any]) -> dict[str, object]:
    """Return every setting by its name, which is unique among all sections; tuples as lists."""
    found: dict[str, object] = {}
    for name, value in settings.items():
        if name in _LEFT_OUT:
            continue
        section = value if isinstance(value, dict) else {name: value}
        found |= {key: list(v) if isinstance(v, tuple) else v for key, v in section.items()}
    return found


def _part(name: str, value: object) -> str:
    words = name.replace("_", " ")
    if name == "epochs" and isinstance(value, int):
        return "1 epoch" if value == 1 else f"{value} epochs"
    if isinstance(value, bool):
        return words if value else f"no {words}"
    if isinstance(value, list):
        return f"{words} {'-'.join(map(str, value)) or 'none'}"
    return f"{words} {'automatic' if value is None else value}"
