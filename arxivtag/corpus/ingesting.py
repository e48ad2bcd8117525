"""The process that ingests: ``python -m arxivtag.corpus.ingesting REQUEST``.

REQUEST is JSON, as :func:`arxivtag.corpus.apart.request_for` makes it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from arxivtag.callbacks import OnProgress, never
from arxivtag.corpus.apart import serve_request
from arxivtag.corpus.store import ingest_here
from arxivtag.papers.schema import Layout
from arxivtag.papers.sources import OpenedSource


def ingest(request: dict[str, Any], folder: Path, progress: OnProgress) -> None:
    """Ingest one source."""
    layout = Layout(request["columns"], request["label_separator"])
    opened = OpenedSource(request["source"], layout, folder.parent.parent)
    ingest_here(opened, folder, progress, never)


if __name__ == "__main__":
    sys.exit(serve_request(ingest))
