"""Keeps files that visitors upload, under names that cannot be guessed or leave their folder.

The time of an upload's folder is when it was last used: :func:`upload_path` sets it. By that
time uploads expire and make room (:func:`make_room`), those first that nobody chose to keep
(:func:`keep_upload`). What is asked of an upload that is not here raises :class:`DataError`.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from arxivtag import storage
from arxivtag.config import limits, uploads_folder
from arxivtag.errors import DataError, StorageError
from arxivtag.papers.labels import AUTO
from arxivtag.papers.reading.readers import format_ending
from arxivtag.papers.schema import Layout
from arxivtag.papers.source import UPLOAD, Source, parse_source
from arxivtag.policy import policy

_ID = re.compile(r"[0-9a-f]{32}")
_PLAIN = re.compile(r"[^\W_][\w .()+-]{0,59}(?:\.\w{1,12}){1,2}")
_ABOUT = "upload.json"
_PIECE_BYTES = 1 << 20
_CHOSEN = "chosen"  # the file that says which visitor chose the upload, and when
_DAY_S = 86_400.0
_IN_VIEW_S = 1_800.0  # who looked at an upload so lately may look again


def save_upload(name: str, content: bytes | BinaryIO, home: Path) -> str:
    """Store an uploaded file and return its source, ``"upload:<id>"``.

    The name that the browser gave is kept to show and to tell the format, never as a path.

    Raises:
        DataError: If the format is unknown or the file is empty or too large.
    """
    shown = re.sub(r"[^\w .()+-]", "_", re.split(r"[/\\]", name)[-1])[-100:]
    format_ending(Path(shown))
    upload_id = secrets.token_hex(16)
    folder = storage.make_folder(uploads_folder(home), private=True) / upload_id
    data = folder / _stored_name(shown)
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    try:
        storage.write_atomic(data, lambda file: _copy_bounded(stream, file))
        storage.write_json(folder / _ABOUT, {"name": shown, "file": data.name})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return str(Source(UPLOAD, upload_id))


def _stored_name(shown: str) -> str:
    """Return the name under which a file is stored: its own where that is a plain one.

    What is wrong with a file is told by that name.
    """
    ending = "".join(Path(shown).suffixes[-2:]).lower()
    known = re.search(r"(?:\.\w+)?\.\w+$", ending)
    ending = known[0] if known else ending
    name = shown[: len(shown) - len(ending)] + ending
    is_plain = _PLAIN.fullmatch(name) and name.lower() != _ABOUT
    return name if is_plain else f"data{ending}"


def keep_upload(source: str, home: Path, *, visitor: str = "") -> None:
    """Note that a visitor chose an upload, so that it does not expire within a day."""
    path, _ = upload_path(source, home)
    storage.write_json(path.with_name(_CHOSEN), {"visitor": visitor, "chosen_at": time.time()})


def chosen_uploads(visitor: str, home: Path) -> list[str]:
    """Return the uploads that a visitor chose, the oldest choice first."""
    chosen = []
    for note in uploads_folder(home).glob(f"*/{_CHOSEN}"):
        with contextlib.suppress(StorageError, KeyError):  # deleted a moment ago, or damaged
            about = storage.read_json(note)
            if about["visitor"] == visitor:
                chosen.append((about["chosen_at"], str(Source(UPLOAD, note.parent.name))))
    return [source for _, source in sorted(chosen)]


def name_for(visitor: str, source: str, home: Path) -> str:
    """Return the name that an upload had, if this visitor chose it; else ""."""
    try:
        folder, about = _about(source, home)
        is_theirs = storage.read_json(folder / _CHOSEN)["visitor"] == visitor
    except (DataError, StorageError, KeyError):
        return ""
    return str(about["name"]) if is_theirs else ""


def make_room(newest: str, in_use: Collection[str], home: Path) -> None:
    """Delete expired uploads and, for visitors, more of them until all are within the limit.

    Uploads ``in_use``, such as those that runs name, must stay.

    Raises:
        DataError: If all but ``newest``, which needs room, are in use; then it is deleted.
    """
    spared = {newest, *in_use}
    now = time.time()
    left = []
    for upload in sorted(_stored(uploads_folder(home)), key=lambda one: one.used_at):
        if upload.source not in spared and now - upload.used_at > upload.lifetime_s:
            shutil.rmtree(upload.folder, ignore_errors=True)
        else:
            left.append(upload)
    most_mb = policy().max_uploads_mb
    if most_mb is None:
        return
    surplus = sum(upload.n_bytes for upload in left) - most_mb * 1_000_000
    for upload in left:
        if surplus <= 0:
            return
        if upload.source not in spared and now - upload.used_at > _IN_VIEW_S:
            surplus -= upload.n_bytes
            shutil.rmtree(upload.folder, ignore_errors=True)
    if surplus > 0:
        delete_upload(newest, home)
        raise DataError(
            "There is no room for another upload at the moment.", "Try again in half an hour."
        )


class _Stored(NamedTuple):
    folder: Path
    used_at: float
    n_bytes: int
    lifetime_s: float

    @property
    def source(self) -> str:
        return str(Source(UPLOAD, self.folder.name))


def _stored(root: Path) -> Iterator[_Stored]:
    """Yield what is in the folder of uploads, half-written ones included."""
    longest = limits().max_upload_days * _DAY_S
    for folder in root.iterdir():
        with contextlib.suppress(OSError):  # deleted by another session a moment ago
            files = {file.name: file.stat().st_size for file in folder.iterdir()}
            lifetime_s = longest if _CHOSEN in files else _DAY_S
            yield _Stored(folder, folder.stat().st_mtime, sum(files.values()), lifetime_s)


def _copy_bounded(content: BinaryIO, file: BinaryIO) -> None:
    most_mb = policy().max_upload_mb
    while piece := content.read(_PIECE_BYTES):
        file.write(piece)
        if file.tell() > most_mb * 1_000_000:
            raise DataError(
                f"An uploaded file may have at most {most_mb:,} MB.",
                "Split or pack it (.gz, .xz, .zst).",
            )
    if not file.tell():
        raise DataError("The uploaded file is empty.", "Choose a file with papers in it.")


def upload_path(source: str, home: Path) -> tuple[Path, str]:
    """Return the stored file of ``"upload:<id>"`` and the name it had.

    The upload counts as used now.
    """
    folder, about = _about(source, home)
    with contextlib.suppress(OSError):  # a read-only disk is no reason to fail
        os.utime(folder)
    return folder / about["file"], str(about["name"])


def _about(source: str, home: Path) -> tuple[Path, dict[str, Any]]:
    """Return an upload's folder and its record, whose file is there."""
    gone = DataError("This upload is no longer here.", "Upload the file again.")
    named = parse_source(source)
    if named.kind != UPLOAD or not _ID.fullmatch(named.key):
        raise gone
    folder = uploads_folder(home) / named.key
    try:
        about = storage.read_json(folder / _ABOUT)
        said = (about["file"], about.setdefault("label_separator", AUTO), about["name"],
                *about.setdefault("mapping", {}).values())  # fmt: skip
    except (StorageError, KeyError, AttributeError):
        raise gone from None
    is_sound = all(isinstance(one, str) for one in said)
    if not is_sound or not _PLAIN.fullmatch(said[0]) or not (folder / said[0]).is_file():
        raise gone
    return folder, about


def upload_layout(source: str, home: Path) -> Layout:
    """Return how an upload is to be read, as its owner said."""
    about = _about(source, home)[1]
    return Layout(about["mapping"], about["label_separator"])


def with_layout(source: str, layout: Layout, home: Path) -> str:
    """Return an upload of this content that is read by ``layout``, wherever it is named.

    That is the upload itself; only if it was chosen with another layout, so that runs and
    links may name it, a copy.

    Raises:
        DataError: If there is no room for a copy.
    """
    folder, about = _about(source, home)
    if Layout(about["mapping"], about["label_separator"]) == layout:
        return source
    if (folder / _CHOSEN).exists():
        with (folder / about["file"]).open("rb") as file:
            source = save_upload(str(about["name"]), file, home)
        folder, about = _about(source, home)
    said = {"mapping": dict(layout.columns), "label_separator": layout.label_separator}
    storage.write_json(folder / _ABOUT, about | said)
    return source


def is_stored(source: str, home: Path) -> bool:
    """Return whether an upload is still here."""
    try:
        upload_path(source, home)
    except DataError:
        return False
    return True


def delete_upload(source: str, home: Path) -> None:
    """Remove an upload; one that is gone already is no error."""
    with contextlib.suppress(DataError):
        storage.remove_folder(upload_path(source, home)[0].parent)
