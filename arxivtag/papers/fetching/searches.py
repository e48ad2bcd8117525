"""Collections of arXiv's papers on this machine: one file per search.

The newest is the source ``arxiv-api``; each is ``arxiv-api:<key>``, where the key
says what was asked, so that another search replaces nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from arxivtag import storage
from arxivtag.config import downloads_folder
from arxivtag.errors import StorageError
from arxivtag.papers.fetching.downloading import record_path
from arxivtag.papers.source import ARXIV_API, Source, parse_source

_KEY = re.compile(r"[0-9a-f]{12}")
# Without a key: collected by an earlier version, or put there by hand.
_FILE = re.compile(rf"{ARXIV_API}(?:-({_KEY.pattern}))?\.csv")
_SHOWN_CHARS = 60


def key_of(*asked: object) -> str:
    """Return the key of a search: equal for equal values, which JSON can hold."""
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]


def keyed_path(key: str, home: Path | None = None) -> Path:
    """Return where the collection of a key lies."""
    return downloads_folder(home) / f"{ARXIV_API}-{key}.csv"


def collected(home: Path | None = None) -> tuple[Path, ...]:
    """Return the collections on this machine, the newest first."""
    times: dict[Path, int] = {}
    for path in downloads_folder(home).glob(f"{ARXIV_API}*.csv"):
        if _FILE.fullmatch(path.name) and storage.is_file(path):
            times[path] = path.stat().st_mtime_ns
    return tuple(sorted(times, key=times.__getitem__, reverse=True))


def search_path(source: str, home: Path | None = None) -> Path:
    """Return the file of ``arxiv-api`` or ``arxiv-api:<key>``, which need not be there."""
    named = parse_source(source)
    if _KEY.fullmatch(named.key):
        return keyed_path(named.key, home)
    newest = collected(home) if source == ARXIV_API else ()
    return newest[0] if newest else downloads_folder(home) / f"{ARXIV_API}.csv"


def search_source(path: Path) -> str:
    """Return the source that names a collection, whichever is the newest."""
    parts = _FILE.fullmatch(path.name)
    return str(Source(ARXIV_API, (parts[1] or "") if parts else ""))


def search_name(path: Path) -> str:
    """Return a name to show for a collection: what was searched for."""
    try:
        queries = storage.read_json(record_path(path)).get("queries")
    except StorageError:
        queries = None
    if not isinstance(queries, list) or not queries:
        return "arXiv search"
    more = f" and {len(queries) - 1} more" if len(queries) > 1 else ""
    return f"arXiv search: {str(queries[0])[:_SHOWN_CHARS]}{more}"
