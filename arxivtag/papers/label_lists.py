"""Reads a list of labels as programs print it, without evaluating anything.

Understood are lists of Python, numpy and JSON, sets and tuples, and the dicts within them of
which one field holds the label: what ``str``, ``json.dumps`` and ``to_csv`` leave in a cell.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Sequence

# What a program prints for nothing.
NOTHING = frozenset({"None", "null", "nan", "NaN", "<NA>", "NA", "NaT"})
# The field of a dict that holds the label, best first.
LABEL_FIELDS = ("term", "category", "name", "display_name", "tag", "label")
_DEEPEST = 8
_QUOTED = r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\""""
# Possessive throughout, so that no text makes the pattern try again and again.
_TOKEN = re.compile(rf"\s*+(?:({_QUOTED})|([\[\](){{}},:;])|([^\s\[\](){{}},:;'\"]++))", re.DOTALL)
_PLAIN = r"""(?:'[^'\\\n]*'|"[^"\\\n]*")"""
_SIMPLE = re.compile(rf"[\[({{]\s*+{_PLAIN}(?:\s*+,\s*+{_PLAIN})*+\s*+[\])}}]")
_SIMPLE_ITEM = re.compile(r"""'([^'\\\n]*)'|"([^"\\\n]*)\"""")
_ARRAY = re.compile(r"(?:np\.|numpy\.)?array\((\[.*\])(?:,\s*dtype=[^()]*)?\)", re.DOTALL)
_CLOSING = {"[": "]", "(": ")", "{": "}"}


class NotAListError(ValueError):
    """The text is not a list as a program prints it."""


def parse_list(text: str) -> list[object]:
    """Return the items of a list as text, numbers, ``None``, lists and dicts.

    >>> parse_list("['cs.LG', 'stat.ML']")
    ['cs.LG', 'stat.ML']
    >>> parse_list("[{'term': 'cs.LG', 'label': None}]")
    [{'term': 'cs.LG', 'label': None}]
    >>> parse_list("['cs.LG' 'stat.ML']")  # as numpy prints it
    ['cs.LG', 'stat.ML']

    Raises:
        NotAListError: If ``text`` is none.
    """
    if _SIMPLE.fullmatch(text):  # nearly all cells, ten times faster than below
        return [single or double for single, double in _SIMPLE_ITEM.findall(text)]
    array = _ARRAY.fullmatch(text)
    tokens = [*_tokens(array[1] if array else text)][::-1]  # the next one stands last
    value = _value(tokens, 0)
    if tokens:
        raise NotAListError("text behind the list")
    return value if isinstance(value, list) else [value]


def labels_in(items: Sequence[object]) -> list[str]:
    """Return the labels that the items of a list hold: text itself, of a dict the field of it.

    Raises:
        NotAListError: If an item holds no label.
    """
    return [label for item in items if item is not None for label in [_label_in(item)]]


def _label_in(item: object) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, dict):
        for name in LABEL_FIELDS:
            if isinstance(item.get(name), str | dict):
                return _label_in(item[name])
        raise NotAListError(f"an object with none of {', '.join(LABEL_FIELDS)}")
    raise NotAListError("a number" if isinstance(item, int | float) else "a list in a list")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces of a text with their kind: "text", "mark" or "word"."""
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise NotAListError("a quotation mark that is not closed")
        at = match.end()
        kind = ("text", "mark", "word")[(match.lastindex or 1) - 1]
        yield kind, match[match.lastindex or 1]


def _value(tokens: list[tuple[str, str]], depth: int) -> object:
    """Take the value that comes next off the tokens."""
    if depth > _DEEPEST:
        raise NotAListError("lists within lists")
    if not tokens:
        raise NotAListError("a bracket that is not closed")
    kind, token = tokens.pop()
    if kind == "text":
        return _unquoted(token)
    if kind == "word":
        return _plain(token)
    if token not in _CLOSING:
        raise NotAListError(f"{token!r} in the wrong place")
    return _values(tokens, _CLOSING[token], depth)


def _values(tokens: list[tuple[str, str]], closing: str, depth: int) -> object:
    """Take the values of a list, or of a dict, with its closing bracket off the tokens."""
    items: list[object] = []
    pairs: dict[str, object] = {}
    while not _is_taken(tokens, closing):
        item = _value(tokens, depth + 1)
        if closing == "}" and isinstance(item, str) and _is_taken(tokens, ":"):
            pairs[item] = _value(tokens, depth + 1)
        else:
            items.append(item)
        # numpy prints no commas; one behind the last item is as good as none.
        _ = _is_taken(tokens, ",") or _is_taken(tokens, ";")
    if items and pairs:
        raise NotAListError("an object and a list at once")
    return pairs or items


def _is_taken(tokens: list[tuple[str, str]], mark: str) -> bool:
    """Take ``mark`` off the tokens if it comes next."""
    is_next = tokens[-1:] == [("mark", mark)]
    if is_next:
        tokens.pop()
    return is_next


def _unquoted(token: str) -> str:
    try:
        # One literal of text holds nothing within it: neither depth nor size can grow.
        return str(ast.literal_eval(token))
    except (ValueError, SyntaxError):
        pass
    try:
        return str(json.loads(token))
    except ValueError:
        raise NotAListError("a quotation that cannot be read") from None


def _plain(word: str) -> object:
    if word in NOTHING:
        return None
    try:
        return float(word) if "." in word else int(word)
    except ValueError:
        raise NotAListError("words without quotation marks") from None
