"""Files that were fetched: each has a record beside it, and each search of arXiv a file.

The SHA-256 of a file goes to ``NAME.json`` and is checked whenever the file is loaded. The newest
search is the source ``arxiv-api``; each is ``arxiv-api:<key>``, where the key says what was
asked, so that another search replaces nothing.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from arxivtag import locks, storage
from arxivtag.config import downloads_folder
from arxivtag.errors import DataError, FetchError, StorageError
from arxivtag.papers.source import ARXIV_API, Source, parse_source

_KEY = re.compile(r"[0-9a-f]{12}")
# Without a key: collected by an earlier version, or put there by hand.
_FILE = re.compile(rf"{ARXIV_API}(?:-({_KEY.pattern}))?\.csv")
_SHOWN_CHARS = 60


def check_csv_target(path: Path) -> None:
    """Raise :class:`FetchError` unless ``path`` can name a CSV file to write.

    Asked before anything is fetched: by its name the file is read again.
    """
    if path.suffix.lower() != ".csv":
        raise FetchError(
            f"The file to write should end in .csv. Received: {path.name[-60:]!r}.",
            "Change its name.",
        )
    if path.is_dir():
        raise FetchError(f"{path} is a folder.", "Name a file in it, as in papers.csv.")


def only_one(path: Path) -> AbstractContextManager[None]:
    """Make the folder of ``path`` and hold the right to write ``path`` for the block.

    Raises:
        FetchError: If another process or session has it.
        StorageError: If the folder cannot be written.
    """
    taken = FetchError(f"{path.name} is being fetched already.", "Wait until that fetch is done.")
    return locks.held(path.with_name(f"{path.name}.lock"), 0.0, taken)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def record_path(path: Path) -> Path:
    """Return where the record of a fetched file is kept."""
    return path.with_name(f"{path.name}.json")


def write_record(path: Path, content: Path, **about: object) -> None:
    """Record what ``content`` holds and is about to become ``path``; ``about`` is kept too."""
    record = {
        "sha256": file_sha256(content),
        "fetched_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    storage.write_json(record_path(path), record | about)


def _recorded(path: Path) -> dict[str, Any]:
    """Return the record of a fetched file: nothing where there is none that can be read."""
    try:
        return storage.read_json(record_path(path))
    except StorageError:
        return {}


def check_record(path: Path, sha256: str) -> None:
    """Raise :class:`DataError` if a fetched file is no longer the one that was recorded."""
    if _recorded(path).get("sha256") != sha256:
        raise DataError(
            f"{path.name} is not the file that was fetched: its SHA-256 differs from the record.",
            "Fetch it again.",
        )


def key_of(*asked: object) -> str:
    """Return the key of a search: equal for equal values, which JSON can hold."""
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:12]


def keyed_path(key: str, home: Path) -> Path:
    """Return where the collection of a key lies."""
    return downloads_folder(home) / f"{ARXIV_API}-{key}.csv"


def collected(home: Path) -> tuple[Path, ...]:
    """Return the collections on this machine, the newest first."""
    times: dict[Path, int] = {}
    for path in downloads_folder(home).glob(f"{ARXIV_API}*.csv"):
        if _FILE.fullmatch(path.name) and storage.is_file(path):
            times[path] = path.stat().st_mtime_ns
    return tuple(sorted(times, key=times.__getitem__, reverse=True))


def search_path(source: str, home: Path) -> Path:
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
    queries = _recorded(path).get("queries")
    if not isinstance(queries, list) or not queries:
        return "arXiv search"
    more = f" and {len(queries) - 1} more" if len(queries) > 1 else ""
    return f"arXiv search: {str(queries[0])[:_SHOWN_CHARS]}{more}"
