"""The process that lays out a map: ``python -m arxivtag.exploring.mapping REQUEST``.

REQUEST is JSON, as :func:`arxivtag.exploring.paper_map.make_map_apart` writes it. Why it could not
be done is printed, also as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

from arxivtag.corpus.apart import NICENESS, PROGRESS_SUFFIX, progress_writer, said_of
from arxivtag.corpus.tokens import map_tokens
from arxivtag.errors import ArxivTagError
from arxivtag.exploring.paper_map import make_map


def main() -> int:
    """Lay out one map; return 0 if it is there."""
    request = json.loads(sys.argv[1])
    folder = Path(request["folder"])
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    try:
        progress = progress_writer(folder.with_name(f"{folder.name}{PROGRESS_SUFFIX}"))
        make_map(map_tokens(Path(request["tokens"])), folder, progress)
    except ArxivTagError as error:
        sys.stdout.write(said_of(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
