"""The process that ingests: ``python -m arxivtag.corpus.ingesting REQUEST``.

REQUEST is JSON, as :func:`arxivtag.corpus.apart.ingest_apart` writes it. Why it could not be done
is printed, also as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from arxivtag.callbacks import never
from arxivtag.corpus.apart import NICENESS, PROGRESS_SUFFIX, progress_writer, said_of
from arxivtag.corpus.store import ingest_here
from arxivtag.errors import ArxivTagError
from arxivtag.papers.schema import Layout
from arxivtag.papers.sources import OpenedSource


def main() -> int:
    """Ingest one source; return 0 if its corpus is there."""
    request = json.loads(sys.argv[1])
    folder = Path(request["folder"])
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    layout = Layout(request["columns"], request["label_separator"])
    try:
        opened = OpenedSource(request["source"], layout, folder.parent.parent)
        progress = progress_writer(folder.with_name(f"{folder.name}{PROGRESS_SUFFIX}"))
        ingest_here(opened, folder, progress, never)
    except ArxivTagError as error:
        sys.stdout.write(said_of(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
