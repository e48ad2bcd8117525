"""Files within files: an archive that holds one table, and a table in several files."""

from __future__ import annotations

import fnmatch
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from arxivtag import storage
from arxivtag.config import Limits
from arxivtag.errors import DataError
from arxivtag.papers.reading.opening import read_errors

_MOST_PARTS = 1_000
_PIECE_BYTES = 1 << 20


def parts_of(path: Path, endings: Collection[str]) -> list[Path]:
    """Return the files that a folder or a pattern with ``*`` stands for, in order; else the path.

    Raises:
        DataError: If there is none, there are too many, or they differ in format.
    """
    is_folder = os.path.isdir(path)  # which says no where the system refuses to look
    if not is_folder and ("*" not in path.name or os.path.exists(path)):
        return [path]  # a file's own name may hold a star
    with read_errors(path):
        if is_folder:
            found = (one for one in path.iterdir() if not one.name.startswith("."))
        else:
            beside = path.parent.iterdir() if os.path.isdir(path.parent) else ()
            found = (one for one in beside if fnmatch.fnmatchcase(one.name, path.name))
        parts = sorted(one for one in found if one.suffix.lower() in endings and one.is_file())
    if not parts:
        raise DataError(f"There is no file of papers at {path.name!r}.", "Check the path.")
    if len(parts) > _MOST_PARTS:
        raise DataError(
            f"{path.name!r} stands for {len(parts):,} files; at most {_MOST_PARTS:,} are read.",
            "Join them, or name some of them.",
        )
    if len({one.suffix.lower() for one in parts}) > 1:
        raise DataError(
            f"{path.name!r} stands for files of several formats.",
            "Name the files of one format, such as train-*.parquet.",
        )
    return parts


@contextmanager
def unzipped(path: Path, endings: Collection[str], bounds: Limits) -> Iterator[Path]:
    """Unpack the one table that a zip archive holds into a folder that is gone afterwards.

    Raises:
        DataError: If the archive is damaged, encrypted or too large, or holds another number
            of tables.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            with read_errors(path), zipfile.ZipFile(path) as archive:
                member = _only_table(archive, path, endings)
                target = Path(folder) / f"table{Path(member.filename).suffix.lower()}"
                with archive.open(member) as source:
                    _copy(source, target, bounds)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise DataError(
                f"{path.name} cannot be unpacked: {str(error).splitlines()[0][:150]}.",
                "Unpack it, and name the file of papers.",
            ) from error
        yield target


def _only_table(archive: zipfile.ZipFile, path: Path, endings: Collection[str]) -> zipfile.ZipInfo:
    members = [
        one
        for one in archive.infolist()
        if Path(one.filename).suffix.lower() in endings
        and not one.is_dir()
        and not any(part.startswith((".", "__MACOSX")) for part in Path(one.filename).parts)
    ]
    if len(members) != 1:
        names = ", ".join(repr(one.filename[-40:]) for one in members[:5]) or "none"
        raise DataError(
            f"{path.name} should hold one file of papers. It holds {len(members):,}: {names}.",
            "Unpack it, and name one of the files.",
        )
    return members[0]


def _copy(source: IO[bytes], target: Path, bounds: Limits) -> None:
    most = min(bounds.max_decompressed_mb, bounds.max_file_mb) * 1_000_000

    def write(file: IO[bytes]) -> None:
        n_bytes = 0
        while piece := source.read(_PIECE_BYTES):
            n_bytes += len(piece)
            if n_bytes > most:
                raise DataError(
                    f"The file unpacks to more than {most // 1_000_000:,} MB.",
                    "Split it, or raise ARXIVTAG_MAX_FILE_MB.",
                )
            file.write(piece)

    storage.write_atomic(target, write)
