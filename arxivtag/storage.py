"""All file writing of the package: atomic files, append-only logs, published folders.

Every write goes to a temporary name in the same folder, is flushed to disk
(``fsync``) and then renamed, so that a reader sees the old content or the new
content and never half of it, and a crash at any moment loses at most the write
that was under way.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from arxivtag.errors import StorageError

TEMPORARY_PREFIX = ".tmp-"


@contextlib.contextmanager
def disk_errors(action: str, path: Path) -> Iterator[None]:
    """Turn an ``OSError`` into a :class:`StorageError` that names the path and the cause."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"Could not {action} {path}: {reason}.",
            "Check that the folder exists, may be used by you and has free space, or choose "
            "another (ARXIVTAG_HOME names that of runs and data).",
        ) from error


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fsync_folder(folder: Path) -> None:
    # A rename is durable only once its folder is; some file systems refuse that.
    with contextlib.suppress(OSError):
        _fsync(folder)


def is_file(path: Path) -> bool:
    """Return whether ``path`` is a file; a name that the system refuses to look up is not."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, no permission on the way, a null character
        return False


def make_folder(path: Path, *, private: bool = False) -> Path:
    """Create ``path`` and its parents if needed and return it.

    If it is created now, only its owner may look into one that is ``private``.
    """
    with disk_errors("create the folder", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700 if private else 0o777, exist_ok=True)
    return path


def write_atomic(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Replace ``path`` by what ``write(file)`` produces, in one rename.

    A file that is replaced keeps its mode, a new one gets what the ``umask`` leaves. Behind
    a symbolic link the file it points to is replaced. What is not a file (``/dev/null``,
    a pipe) is written to as it stands. The folder is created if needed. If ``write`` raises,
    ``path`` keeps its old content and the temporary file is removed.

    Raises:
        StorageError: If the disk refuses.
    """
    make_folder(path.parent)
    with disk_errors("write", path):
        mode: int | None = None
        with contextlib.suppress(FileNotFoundError):  # one look: it may go between two
            mode = path.stat().st_mode
        if mode is not None and not stat.S_ISREG(mode):
            with path.open("wb") as file:
                write(file)
            return
        target = path.resolve() if path.is_symlink() else path
        temporary = target.with_name(f"{TEMPORARY_PREFIX}{secrets.token_hex(8)}")
        try:
            with temporary.open("xb") as file:
                if mode is not None:
                    temporary.chmod(stat.S_IMODE(mode))
                write(file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _fsync_folder(target.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` atomically."""
    write_atomic(path, lambda file: file.write(content))


def write_text(path: Path, content: str) -> None:
    """Replace ``path`` by ``content`` in UTF-8 atomically."""
    write_bytes(path, content.encode("utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Replace ``path`` by ``content`` as JSON (UTF-8, no NaN) atomically."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in ``path``.

    Raises:
        StorageError: If the file is missing, unreadable, not JSON, or not an object.
    """
    with disk_errors("read", path):
        content = path.read_bytes()
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise StorageError(f"{path} is not valid JSON.", "The file may be damaged.") from error
    if not isinstance(value, dict):
        raise StorageError(
            f"{path} should hold a JSON object. Received: {type(value).__name__}.",
            "The file may be damaged.",
        )
    return value


def open_for_append(path: Path) -> BinaryIO:
    """Open a file of lines for appending; a partial last line (of a killed writer) is ended first.

    The caller closes it.

    Raises:
        OSError: If the disk refuses, as writing to the file does later.
    """
    file = path.open("ab+")
    if file.tell() > 0:
        file.seek(-1, os.SEEK_END)
        if file.read(1) != b"\n":
            file.write(b"\n")
    return file


def append_json_line(file: BinaryIO, record: dict[str, Any]) -> None:
    """Append ``record`` to an open binary file as one line of JSON, and flush it."""
    file.write(json.dumps(record, ensure_ascii=False, allow_nan=False).encode("utf-8") + b"\n")
    file.flush()


def append_bytes(path: Path, content: bytes) -> None:
    """Append to a file that may be missing; a killed writer leaves part of ``content`` behind."""
    with disk_errors("write", path), path.open("ab") as file:
        file.write(content)


def read_json_lines(path: Path, holding: bytes = b"") -> list[dict[str, Any]]:
    """Return the complete lines of a file that may be missing.

    A partial last line (a writer is at work) is left out, and so is a broken one, and a line that
    does not hold certain bytes.
    """
    content = b""
    with disk_errors("read", path), contextlib.suppress(FileNotFoundError):
        content = path.read_bytes()
    records = []
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        if holding not in line:
            continue
        with contextlib.suppress(ValueError, RecursionError):
            record = json.loads(line)
            if isinstance(record, dict):
                records.append(record)
    return records


def open_new(path: Path) -> BinaryIO:
    """Return a new file open for writing, for folders that are published as a whole."""
    return path.open("xb")


@contextlib.contextmanager
def publish_folder(path: Path, temporary_name: str = "") -> Iterator[Path]:
    """Yield an empty temporary folder that becomes ``path`` by one rename at the end.

    If the block raises, nothing appears at ``path``. An existing ``path`` is replaced.
    ``temporary_name`` is what the folder is called until then, for callers who alone may write at
    ``path``: one that a killed process left there is emptied.
    """
    make_folder(path.parent)
    with disk_errors("write", path):
        if temporary_name:
            temporary = path.with_name(temporary_name)
            shutil.rmtree(temporary, ignore_errors=True)
            temporary.mkdir()
        else:
            temporary = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=path.parent))
    try:
        with disk_errors("write", path):
            yield temporary
            for file in temporary.rglob("*"):
                if file.is_file():
                    _fsync(file)
            temporary.chmod(0o755)
            _swap_folder(temporary, path)
            _fsync_folder(path.parent)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _swap_folder(new: Path, path: Path) -> None:
    """Put ``new`` in the place of ``path``, if that is there; if it fails, that is back."""
    old = path.with_name(f"{new.name}-old")
    if not path.exists():
        os.replace(new, path)
        return
    os.replace(path, old)  # quicker than deleting: readers miss it for an instant only
    try:
        os.replace(new, path)
    except BaseException:
        os.replace(old, path)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder beside ``path`` for what is made on the way to it; removed at the end.

    Raises:
        StorageError: If the disk refuses, in the block too.
    """
    make_folder(path.parent)
    with (
        disk_errors("write", path),
        tempfile.TemporaryDirectory(
            prefix=TEMPORARY_PREFIX, dir=path.parent, ignore_cleanup_errors=True
        ) as folder,
    ):
        yield Path(folder)


def remove_folder(path: Path) -> None:
    """Remove ``path`` and all in it: first renamed, so that no reader sees half a folder.

    The name it has until then begins with its own, cut where that is long: whoever sweeps can
    tell by it whose work it is.
    """
    with disk_errors("delete", path):
        own = path.name.encode("ascii", "ignore").decode()[:64]
        doomed = path.with_name(f"{TEMPORARY_PREFIX}{own}-{secrets.token_hex(4)}")
        os.replace(path, doomed)
        shutil.rmtree(doomed)


def sweep(folder: Path, older_than_s: float = 0.0) -> None:
    """Remove what killed writers left unfinished in ``folder``; what cannot be removed stays.

    What was made or renamed later than ``older_than_s`` ago is left. Zero is right only while
    nobody else can be writing there.
    """
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(TEMPORARY_PREFIX):
                with contextlib.suppress(OSError):
                    _remove_leftover(entry, older_than_s)


def _remove_leftover(entry: os.DirEntry[str], older_than_s: float) -> None:
    # The time of the last rename too: a folder on its way to deletion keeps its older mtime.
    if older_than_s and time.time() - entry.stat(follow_symlinks=False).st_ctime < older_than_s:
        return
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path, ignore_errors=True)
    else:
        os.unlink(entry.path)
