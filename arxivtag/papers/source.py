"""A source of papers as a value: what the text that names one means.

=====================================  ====================================================
``sample``                             the bundled sample
``arxiv-abstracts``                    the Keras example's published data set
``arxiv-api``, ``arxiv-api:<key>``     the newest search of arXiv, or one of them
``arxiv-metadata``                     Kaggle's snapshot, in the downloads folder
``upload:<id>``                        an uploaded file
anything else                          the path of a file
=====================================  ====================================================

``arxiv-metadata`` and files may be followed by a filter for Kaggle's snapshot:
``arxiv-metadata?categories=cs.CL,cs.LG&max_rows=20000``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from arxivtag.errors import DataError
from arxivtag.storage import is_file

SAMPLE = "sample"
ARXIV_ABSTRACTS = "arxiv-abstracts"
ARXIV_API = "arxiv-api"
ARXIV_METADATA = "arxiv-metadata"
UPLOAD = "upload"
FILE = "file"
NAMED = (SAMPLE, ARXIV_ABSTRACTS, ARXIV_API, ARXIV_METADATA)


@dataclass(frozen=True)
class Source:
    """One source of papers.

    Attributes:
        kind: One of the constants of this module.
        key: Which one of its kind: an upload's id, a search's key, or a file's path.
        options: What stood behind the question mark; empty if nothing did.
    """

    kind: str
    key: str = ""
    options: str = ""

    def __str__(self) -> str:
        """Return the text that :func:`parse_source` reads."""
        name = self.key if self.kind == FILE else ":".join(filter(None, (self.kind, self.key)))
        return "?".join(filter(None, (name, self.options)))

    @property
    def is_for_visitors(self) -> bool:
        """Whether visitors may use it: no files of the server, no reading for minutes."""
        return self.kind not in (FILE, ARXIV_METADATA)

    @property
    def shown(self) -> str:
        """How people may see it: a file without its folder, an upload without its address."""
        if self.kind == UPLOAD:
            return "uploaded file"
        return str(self).replace("\\", "/").rsplit("/", 1)[-1] or str(self)


def parse_source(text: str) -> Source:
    """Return the source that ``text`` names; whether it is there is not asked.

    A file whose own name holds a question mark is that file, not a filter.

    Raises:
        DataError: If an upload is followed by options, which only the owner of a file gives.
    """
    name, mark, options = text.partition("?")
    kind, colon, key = name.partition(":")
    if name in NAMED:
        return Source(name, options=options)
    if colon and kind == UPLOAD:
        if mark:
            raise DataError(
                "An upload takes no options after a question mark.", "Leave out the question mark."
            )
        return Source(UPLOAD, key)
    if colon and kind == ARXIV_API:
        return Source(ARXIV_API, key + mark + options)
    if mark and not _is_there(text) and _is_there(name):
        return Source(FILE, name, options)
    return Source(FILE, text)


def _is_there(path: str) -> bool:
    try:
        return is_file(Path(path).expanduser())
    except RuntimeError:  # the home of a user that is not there
        return False
