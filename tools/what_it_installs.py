"""Prints what ``pip install arxivtag[EXTRAS]`` brings here, whatever else is installed beside it.

python -m tools.what_it_installs test dev
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def what_it_installs(package: str, extras: Iterable[str] = ()) -> frozenset[str]:
    """Return a package and all that it needs, as their metadata say, without what is not here."""
    seen: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(package), extra) for extra in ("", *extras)]
    while waiting:
        name, extra = one = waiting.pop()
        if one in seen:
            continue
        try:
            needed = [Requirement(line) for line in requires(name) or ()]
        except PackageNotFoundError:  # of another system, or of a part that was not asked for
            continue
        seen.add(one)
        for need in needed:
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(need.name), more) for more in ("", *need.extras)]
    return frozenset(name for name, _ in seen)


if __name__ == "__main__":
    print(*sorted(what_it_installs("arxivtag", sys.argv[1:])))
