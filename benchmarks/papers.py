"""The papers that every contender of a benchmark gets."""

from __future__ import annotations

from arxivtag.papers import cleaning, sources, splits


def prepare(data: str, n_papers: int | None, random_seed: int) -> splits.Splits:
    """Load, clean by the example's rules and split; the first ``n_papers`` rows, if given."""
    papers = sources.load(data).papers
    if n_papers is not None:
        papers = papers.head(n_papers)
    return splits.split(cleaning.clean(papers).papers, random_seed=random_seed)
