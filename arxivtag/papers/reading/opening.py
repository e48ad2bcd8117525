"""Opens a file of papers as a bounded stream of UTF-8 bytes, whatever its compression and encoding.

Compression is told by a file's first bytes, not by its name. Everything is
read in pieces and counted, so that a small file that unpacks to a large one is
refused at the limit and not after it.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import lzma
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Literal

import pyarrow as pa

from arxivtag.config import Limits
from arxivtag.errors import DataError

Encoding = Literal["utf-8", "utf-8-replace", "cp1252", "mac-roman"]

DAMAGED = (EOFError, gzip.BadGzipFile, zlib.error, lzma.LZMAError)  # what unpacking raises
_PIECE_BYTES = 1 << 20
_MEMORY_BYTES = 256 << 20  # most memory that a decompressor's own window may take
_GZIP, _XZ, _ZSTD = b"\x1f\x8b", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd"
_FOREIGN = {
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "an empty zip archive",
    b"%PDF": "a PDF file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"\x89HDF": "an HDF5 file",
    b"SQLite format 3": "an SQLite database",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
    b"BZh": "a bzip2 file",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"ARROW1": "an Arrow file",
    b"PAR1": "a Parquet file",
    b"\x93NUMPY": "a NumPy file",
    b"{\\rtf": "an RTF file",
    b"<!DOCTYPE": "a web page",
    b"<!doctype": "a web page",
    b"<html": "a web page",
    b"<?xml": "an XML file",
}


# With the codec that each stands for; UTF-8's says nothing of the rest. UTF-32's first, since
# UTF-16's is how one of them begins.
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: None,
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


class _XzReader(io.RawIOBase):
    """Reads xz streams with the decoder's memory bounded, which ``LZMAFile`` does not do."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder: lzma.LZMADecompressor | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while True:
            if self._decoder is None or self._decoder.eof:
                rest = self._decoder.unused_data if self._decoder else b""
                rest = (rest or self._file.read(_PIECE_BYTES)).lstrip(b"\x00")
                if not rest:
                    return 0
                self._decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY_BYTES)
            elif self._decoder.needs_input:
                rest = self._file.read(_PIECE_BYTES)
                if not rest:
                    raise EOFError("the xz stream ends early")
            else:
                rest = b""
            data = self._decoder.decompress(rest, max_length=len(buffer))
            if data:
                buffer[: len(data)] = data
                return len(data)


class NotUtf8Error(DataError):
    """A file is not valid UTF-8; it may be read again in the way of :func:`other_encoding`."""


class OtherEncodingError(Exception):
    """A file is to be read again, as ``encoding``; ``note`` says so in plain words."""

    def __init__(self, encoding: Encoding, note: str) -> None:
        super().__init__(note)
        self.encoding, self.note = encoding, note


class TextBytes:
    """A stream of a file's text as UTF-8 bytes: unpacked, bounded, without NUL and BOM.

    Attributes:
        n_nul: NUL characters left out so far.
        n_bytes: Bytes unpacked so far.
    """

    def __init__(
        self, file: BinaryIO, codec: str, errors: str, bounds: Limits, head: bytes = b""
    ) -> None:
        self._file = file
        self._head = head  # read before to see what the file is
        self._codec = codec
        self._decoder = codecs.getincrementaldecoder(codec)(errors)
        self._bounds = bounds
        self._rest = b""  # unpacked and not yet handed out, from position _at on
        self._at = 0
        self._ended = False
        self.n_nul = 0
        self.n_bytes = 0

    def read(self, most: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        if not self.has_more():
            return b""
        part = self._rest[self._at : self._at + most]
        self._at += len(part)
        return part

    def has_more(self) -> bool:
        """Whether anything is left to read."""
        while self._at >= len(self._rest) and not self._ended:
            self._rest, self._at = self._next_piece(), 0
        return self._at < len(self._rest)

    def push_back(self, data: bytes) -> None:
        """Put ``data`` back in front of what is still to be read."""
        self._rest, self._at = data + self._rest[self._at :], 0

    def _next_piece(self) -> bytes:
        piece, self._head = self._head, b""
        if not piece:
            piece = self._file.read(_PIECE_BYTES)
            self._ended = not piece
        self.n_bytes += len(piece)
        check_unpacked(self.n_bytes, self._bounds)
        # Arrow must see valid UTF-8 only: it cannot tell us of a bad row that is not.
        if self._codec != "utf-8" or not piece.isascii() or self._decoder.getstate()[0]:
            try:
                text = self._decoder.decode(piece, final=self._ended)
            except UnicodeDecodeError as error:
                raise NotUtf8Error("The file is not valid UTF-8.", "Save it as UTF-8.") from error
            piece = text.encode("utf-8", "replace")
        if b"\x00" in piece:
            self.n_nul += piece.count(b"\x00")
            piece = piece.replace(b"\x00", b"")
        return piece

    def read_line(self, longest: int) -> bytes:
        """Return the next line, its end included, or at most ``longest`` bytes of it."""
        parts, length = [], 0
        while length < longest and self.has_more():
            end = self._rest.find(b"\n", self._at) + 1 or len(self._rest)
            end = min(end, self._at + longest - length)
            part = self._rest[self._at : end]
            self._at = end
            parts.append(part)
            length += len(part)
            if part.endswith(b"\n"):
                break
        return b"".join(parts)


def check_unpacked(n_bytes: int, bounds: Limits) -> None:
    """Raise :class:`DataError` for a file that unpacks to more than is read."""
    if n_bytes > bounds.max_decompressed_mb * 1_000_000:
        raise DataError(
            f"The file unpacks to more than {bounds.max_decompressed_mb:,} MB.",
            "Split it, or raise ARXIVTAG_MAX_DECOMPRESSED_MB.",
        )


@contextlib.contextmanager
def open_text(path: Path, bounds: Limits, encoding: Encoding = "utf-8") -> Iterator[TextBytes]:
    """Open ``path`` as a stream of UTF-8 bytes.

    Args:
        path: A text file, plain or packed with gzip, xz or zstd.
        bounds: Limits in force: size on disk and unpacked.
        encoding: How to read it, if no byte order mark says otherwise. "utf-8" is
            strict, "utf-8-replace" replaces what is not valid.

    Raises:
        DataError: If the file is missing, too large, packed badly or no text,
            also while it is being read.
        NotUtf8Error: While it is being read as "utf-8".
    """
    check_size(path, bounds)
    with read_errors(path), path.open("rb") as raw:
        file = _unpacked(raw)
        head = file.read(4096)
        _refuse_foreign(head, path)
        mark = next((one for one in _BYTE_ORDER_MARKS if head.startswith(one)), b"")
        marked = _BYTE_ORDER_MARKS.get(mark)
        if marked is None and _looks_binary(head):
            raise DataError(
                f"{path.name} is not a text file.",
                "Save the table as CSV in UTF-8, as JSON Lines or as Parquet.",
            )
        codec = marked or encoding.removesuffix("-replace")
        errors = "strict" if codec == "utf-8" == encoding else "replace"
        yield TextBytes(file, codec, errors, bounds, head[len(mark) :])


def check_size(path: Path, bounds: Limits) -> None:
    """Raise :class:`DataError` if ``path`` is no file, is empty or is larger than the limit."""
    try:
        status = path.stat()
    except PermissionError as error:
        raise DataError(
            f"{path.name} may not be read by this program.", "Check who may read its folder."
        ) from error
    except (OSError, ValueError) as error:
        raise DataError(f"There is no file {str(path)!r}.", "Check the path.") from error
    if not stat.S_ISREG(status.st_mode):
        raise DataError(
            f"{path.name} is not a file.",
            "Name a file of papers; save first what comes through a pipe.",
        )
    size = status.st_size
    if size == 0:
        raise DataError(f"{path.name} is empty.", "Choose a file with papers in it.")
    if size > bounds.max_file_mb * 1_000_000:
        raise DataError(
            f"{path.name} has {size / 1e6:,.0f} MB; at most {bounds.max_file_mb:,} MB are read.",
            "Split the file, or raise ARXIVTAG_MAX_FILE_MB.",
        )


@contextlib.contextmanager
def read_errors(path: Path) -> Iterator[None]:
    """Turn what opening or unpacking a file may raise into a :class:`DataError` that names it."""
    try:
        yield
    except DAMAGED as error:
        reason = (str(error) or type(error).__name__).strip().rstrip(".")[:200]
        raise DataError(
            f"{path.name} cannot be unpacked: {reason}.",
            "The file may be cut off or damaged; fetch or pack it again.",
        ) from error
    except OSError as error:
        raise DataError(
            f"{path.name} cannot be read: {error.strerror or error}.", "Check the file."
        ) from error
    except MemoryError as error:
        raise DataError(
            f"{path.name} does not fit in memory.", "Split the file into smaller ones."
        ) from error


def _unpacked(raw: BinaryIO) -> BinaryIO:
    head = raw.read(8)
    raw.seek(0)
    if head.startswith(_GZIP):
        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    if head.startswith(_XZ):
        return io.BufferedReader(_XzReader(raw), _PIECE_BYTES)
    if head.startswith(_ZSTD):
        # Arrow's reader notices a stream that ends early and bounds its window to 128 MB.
        stream: BinaryIO = pa.CompressedInputStream(pa.PythonFile(raw, mode="r"), "zstd")
        return stream
    return raw


def _refuse_foreign(head: bytes, path: Path) -> None:
    for start, kind in _FOREIGN.items():
        if head.startswith(start):
            raise DataError(
                f"{path.name} is {kind}, not a table of papers.",
                "Use CSV, Excel, JSON, Parquet, BibTeX or RIS; text may come as .gz, .xz or .zst.",
            )


def _looks_binary(head: bytes) -> bool:
    """Whether more than 5 % of the first bytes are control characters that no text holds."""
    text = {9, 10, 12, 13, 27}
    n_control = sum(1 for byte in head if byte < 32 and byte not in text)
    return n_control > max(0.05 * len(head), 8)


# Letters that Western texts hold beyond ASCII.
_WESTERN = frozenset("àâäáãåçéèêëíîïñóôöõúùûüßæøœÄÖÜÉ’“”–")


def other_encoding(path: Path, bounds: Limits) -> OtherEncodingError:
    """Return how to read a text file that is not valid UTF-8.

    A file with mostly valid UTF-8 beyond ASCII has a few broken characters, which are replaced.
    Any other is taken for Windows-1252, the usual case, or for Mac Roman where that gives more
    of the letters that Western texts hold.
    """
    n_broken = n_valid = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a piece may end in a character
    with open_text(path, bounds, "utf-8-replace") as stream:
        while piece := stream.read(_PIECE_BYTES):
            text = decoder.decode(piece)
            n_broken += text.count("�")
            n_valid += len(text) - len(text.encode("ascii", "ignore"))
    n_valid -= n_broken
    if n_valid >= n_broken:
        return OtherEncodingError(
            "utf-8-replace",
            f"Not valid UTF-8, and replaced by \N{REPLACEMENT CHARACTER}: {n_broken:,} characters.",
        )
    names: dict[Encoding, str] = {"cp1252": "Windows-1252", "mac-roman": "Mac Roman"}
    encoding = max(names, key=lambda one: _n_western(path, bounds, one))
    note = f"The file is not UTF-8; it was read as {names[encoding]}."
    return OtherEncodingError(encoding, note)


def _n_western(path: Path, bounds: Limits, encoding: Encoding) -> int:
    with open_text(path, bounds, encoding) as stream:
        n_letters = 0
        while piece := stream.read(_PIECE_BYTES):
            n_letters += sum(letter in _WESTERN for letter in piece.decode("utf-8", "replace"))
    return n_letters
