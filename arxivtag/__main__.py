"""``arxivtag`` and ``python -m arxivtag``: the command line."""

from __future__ import annotations

from typing import NoReturn

from arxivtag.interrupts import ctrl_c_ends


def main() -> NoReturn:
    """Run the command line; Ctrl-C ends it quietly while its modules are imported, too."""
    with ctrl_c_ends():
        from arxivtag.cli import main as run
    run()


if __name__ == "__main__":
    main()
