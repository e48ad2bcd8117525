"""Makes the bundled files: the sample and the pretrained model. The package imports none of it."""

from __future__ import annotations

import sys
import time


def say(line: str) -> None:
    """Print to standard error, with the seconds of this process."""
    print(f"[{time.process_time():.0f} s] {line}", file=sys.stderr)
