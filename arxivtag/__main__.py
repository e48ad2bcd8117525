"""``python -m arxivtag``: the command line."""

from arxivtag.cli import main

if __name__ == "__main__":
    main()
