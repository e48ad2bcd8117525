"""arxivtag: explore arXiv abstracts, train a multi-label classifier, tag papers."""

__version__ = "0.1.0"
