"""Reads BibTeX and RIS, as reference managers export them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pyarrow as pa

from arxivtag.errors import DataError
from arxivtag.papers.reading.tables import ReadRequest, Record, Tally, table_of_records

# Both libraries hold the whole file as objects, ten times its size.
_MOST_MB = 100
# What RIS writers call the fields that matter here, best first.
_RIS_TITLES = ("title", "primary_title", "short_title")
_RIS_ABSTRACTS = ("abstract", "notes_abstract")


def read_bibtex(request: ReadRequest) -> pa.Table:
    """Return the table of a .bib file: one row per entry, one column per field."""
    return _read(request, _bibtex_records, "BibTeX entry")


def read_ris(request: ReadRequest) -> pa.Table:
    """Return the table of a .ris file: one row per reference, one column per field."""
    return _read(request, _ris_records, "RIS reference")


def _read(
    request: ReadRequest, parse: Callable[[str, Tally], Iterator[Record]], unit: str
) -> pa.Table:
    with request.open_text() as stream:
        content = bytearray()
        while len(content) <= _MOST_MB * 1_000_000 and (piece := stream.read(1 << 20)):
            content += piece
        if stream.has_more():
            raise DataError(
                f"{request.path.name} has more than {_MOST_MB} MB, the most that is read of such "
                "a file.",
                "Split it, or export it as CSV.",
            )
    nothing = DataError(f"{request.path.name} holds no {unit}.", "Export the references again.")
    records = parse(content.decode("utf-8", "replace"), request.tally)
    return table_of_records(request, records, stream, nothing)


def _bibtex_records(text: str, tally: Tally) -> Iterator[Record]:
    import bibtexparser

    # It would print each entry that it cannot read; these are counted here.
    logging.getLogger(bibtexparser.__name__).setLevel(logging.CRITICAL)
    library = bibtexparser.parse_string(text)
    for block in library.failed_blocks:
        tally.skip(f"not a valid entry (line {(block.start_line or 0) + 1})")
    for entry in library.entries:
        # Braces keep capitals for BibTeX: {DNA} is read as DNA.
        yield {
            name.lower(): str(field.value).replace("{", "").replace("}", "")
            for name, field in entry.fields_dict.items()
        }


def _ris_records(text: str, tally: Tally) -> Iterator[Record]:
    import rispy

    try:
        references = rispy.loads(text)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise DataError(
            f"This cannot be read as RIS: {str(error).splitlines()[0][:150]}.",
            "Export the references again.",
        ) from error
    for reference in references:
        record = dict(reference)
        for name, known in (("title", _RIS_TITLES), ("abstract", _RIS_ABSTRACTS)):
            record[name] = next((record[one] for one in known if record.get(one)), "")
        yield record
