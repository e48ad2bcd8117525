"""Keeps files that visitors upload, under names that cannot be guessed or leave their folder."""

from __future__ import annotations

import contextlib
import json
import re
import secrets
import shutil
from pathlib import Path
from typing import BinaryIO

from arxivtag import storage
from arxivtag.config import largest_upload_mb, uploads_folder, visitor_limits, visitor_mode
from arxivtag.errors import DataError
from arxivtag.papers.readers import file_format

UPLOAD_PREFIX = "upload:"
_ID = re.compile(r"[0-9a-f]{32}")
_PIECE_BYTES = 1 << 20


def save_upload(name: str, content: bytes | BinaryIO, home: Path | None = None) -> str:
    """Store an uploaded file and return its source, ``"upload:<id>"``.

    The file's own name is kept to show and to tell the format, never as a path.

    Args:
        name: The name the browser gave.
        content: The bytes, or an open binary file.
        home: The home folder.

    Raises:
        DataError: If the format is unknown or the file is empty or too large.
    """
    shown = re.sub(r"[^\w .()+-]", "_", re.split(r"[/\\]", name)[-1])[-100:]
    file_format(Path(shown))
    upload_id = secrets.token_hex(16)
    folder = uploads_folder(home) / upload_id
    ending = "".join(Path(shown).suffixes[-2:]).lower()
    known = re.search(r"(?:\.\w+)?\.\w+$", ending)
    data = folder / f"data{known[0] if known else ending}"
    try:
        storage.write_atomic(data, lambda file: _copy_bounded(content, file))
        storage.write_json(folder / "upload.json", {"name": shown, "file": data.name})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if visitor_mode():
        _make_room(uploads_folder(home), keep=folder)
    return UPLOAD_PREFIX + upload_id


def _make_room(root: Path, keep: Path) -> None:
    """Delete the oldest uploads until all together are as small as visitors' may be."""
    most = visitor_limits().max_uploads_mb * 1_000_000
    sizes: dict[Path, int] = {}
    ages: dict[Path, float] = {}
    for folder in root.iterdir():
        with contextlib.suppress(OSError):  # deleted by another session a moment ago
            sizes[folder] = sum(file.stat().st_size for file in folder.iterdir())
            ages[folder] = folder.stat().st_mtime
    total = sum(sizes.values())
    for folder in sorted(ages, key=ages.__getitem__):
        if total <= most:
            return
        if folder != keep:
            total -= sizes[folder]
            shutil.rmtree(folder, ignore_errors=True)


def _copy_bounded(content: bytes | BinaryIO, file: BinaryIO) -> None:
    most = largest_upload_mb() * 1_000_000
    n_bytes = 0
    while piece := (
        content[n_bytes : n_bytes + _PIECE_BYTES]
        if isinstance(content, (bytes, bytearray, memoryview))
        else content.read(_PIECE_BYTES)
    ):
        n_bytes += len(piece)
        if n_bytes > most:
            raise DataError(
                f"An uploaded file may have at most {largest_upload_mb():,} MB.",
                "Split or pack it (.gz, .xz, .zst).",
            )
        file.write(piece)
    if n_bytes == 0:
        raise DataError("The uploaded file is empty.", "Choose a file with papers in it.")


def upload_path(source: str, home: Path | None = None) -> tuple[Path, str]:
    """Return the stored file of ``"upload:<id>"`` and the name it had.

    Raises:
        DataError: If the id is not one of ours or the file is gone.
    """
    upload_id = source.removeprefix(UPLOAD_PREFIX)
    gone = DataError("This upload is no longer here.", "Upload the file again.")
    if not _ID.fullmatch(upload_id):
        raise gone
    folder = uploads_folder(home) / upload_id
    try:
        about = json.loads((folder / "upload.json").read_text("utf-8"))
        file, shown = about["file"], about["name"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise gone from None
    if not isinstance(file, str) or not re.fullmatch(r"data[.\w]+", file):
        raise gone
    if not (folder / file).is_file():
        raise gone
    return folder / file, str(shown)


def delete_upload(source: str, home: Path | None = None) -> None:
    """Remove an upload; one that is gone already is no error."""
    try:
        path, _ = upload_path(source, home)
    except DataError:
        return
    storage.remove_folder(path.parent)
