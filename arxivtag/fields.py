"""Fields of frozen dataclasses: declared with bounds and help, checked, kept as plain JSON.

So the Train form, ``arxivtag train --help`` and :func:`check_fields` agree.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from dataclasses import field
from typing import Any, Literal, TypeGuard, TypeVar

from arxivtag.errors import ConfigError

ConfigT = TypeVar("ConfigT")


def setting(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    max_items: int | None = None,
    advanced: bool = True,
) -> Any:
    """Declare a config field: its default, one line of help, its bounds, and where a form shows it.

    Of a tuple, the bounds hold for each item, and ``max_items`` for their number. A form keeps
    the field behind "advanced" unless told otherwise.
    """
    metadata = {
        "help": help,
        "minimum": minimum,
        "maximum": maximum,
        "max_items": max_items,
        "advanced": advanced,
    }
    return field(default=default, metadata=metadata)


def check_fields(config: Any) -> None:
    """Check that every field, nested configs included, is of its type and in its bounds."""
    hints = typing.get_type_hints(type(config))
    for item in dataclasses.fields(config):
        value = getattr(config, item.name)
        expected = hints[item.name]
        if dataclasses.is_dataclass(value):
            check_fields(value)
        elif not is_instance(value, expected):
            # A Literal and a tuple have a name too, which leaves out what they allow.
            is_plain = typing.get_origin(expected) is None
            readable = expected.__name__ if is_plain else str(expected).replace("typing.", "")
            raise ConfigError(
                f"{item.name} should be of type {readable}. Received: {value!r}.",
                "Change this setting.",
            )
        else:
            _check_bounds(item.name, value, item.metadata)


def is_number(value: object) -> TypeGuard[float]:
    """Return whether JSON, Python's floats and a browser all hold ``value`` as a number.

    JSON knows infinities and whole numbers beyond all floats; files that other programs
    wrote, or that were damaged, may hold them.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= (1e300 if isinstance(value, float) else 2**53)


def is_instance(value: object, expected: Any) -> bool:
    """Return whether ``value`` is of the type in an annotation: a class, a union, a tuple of one
    type, or one of a few literals; a float may be a whole number.
    """
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin is Literal:
        return value in arguments
    if origin in (typing.Union, types.UnionType):
        return any(is_instance(value, argument) for argument in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(is_instance(v, arguments[0]) for v in value)
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if expected is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    return isinstance(value, expected)


def _check_bounds(name: str, value: Any, metadata: typing.Mapping[str, Any]) -> None:
    minimum, maximum = metadata.get("minimum"), metadata.get("maximum")
    max_items = metadata.get("max_items")
    if max_items is not None and len(value) > max_items:
        raise ConfigError(
            f"{name} should have at most {max_items} values. Received: {len(value)}.",
            "Leave some out.",
        )
    for number in value if isinstance(value, tuple) else (value,):
        if number is None or isinstance(number, (str, bool)):
            continue
        if minimum is not None and number < minimum:
            raise ConfigError(
                f"{name} should be at least {minimum:g}. Received: {_number_text(number)}.",
                "Raise it.",
            )
        if maximum is not None and number > maximum:
            raise ConfigError(
                f"{name} should be at most {maximum:g}. Received: {_number_text(number)}.",
                "Lower it.",
            )


def _number_text(number: float) -> str:
    try:
        return f"{number:g}"
    except OverflowError:  # a whole number beyond all floats, as JSON may hold
        return "a far larger number" if number > 0 else "a far smaller number"


def to_dict(config: Any) -> dict[str, Any]:
    """Return a config as nested plain values that JSON can hold."""
    return dataclasses.asdict(config)


def from_dict(kind: type[ConfigT], values: dict[str, Any]) -> ConfigT:
    """Return a config of ``kind`` from what :func:`to_dict` gave, its fields in their bounds.

    Unknown keys are ignored, missing ones take their defaults. Whether settings go
    together is not asked (:func:`validate`), so that runs of older versions stay readable.

    Raises:
        ConfigError: If ``values`` is not a mapping or a value is out of its bounds.
    """
    if not isinstance(values, dict):
        raise ConfigError(
            f"A {kind.__name__} should be a JSON object. Received: {type(values).__name__}.",
            "The file may be damaged.",
        )
    hints = typing.get_type_hints(kind)
    arguments: dict[str, Any] = {}
    for item in dataclasses.fields(kind):  # type: ignore[arg-type]
        if item.name not in values:
            continue
        value = values[item.name]
        if dataclasses.is_dataclass(hints[item.name]):
            value = from_dict(typing.cast(type, hints[item.name]), value)
        elif isinstance(value, list):
            value = tuple(value)
        arguments[item.name] = value
    config = kind(**arguments)
    check_fields(config)
    return config
