"""The process that lays out a map: ``python -m arxivtag.exploring.mapping REQUEST``.

REQUEST is JSON, as :func:`arxivtag.exploring.paper_map.make_map_apart` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from arxivtag.callbacks import OnProgress
from arxivtag.corpus.apart import serve_request
from arxivtag.corpus.tokens import map_tokens
from arxivtag.exploring.paper_map import make_map


def lay_out(request: dict[str, Any], folder: Path, progress: OnProgress) -> None:
    """Lay out one map."""
    make_map(map_tokens(Path(request["tokens"])), folder, progress)


if __name__ == "__main__":
    sys.exit(serve_request(lay_out))
