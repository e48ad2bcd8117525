"""Hostile files, written by small functions: nothing large is kept in the repository.

``INPUTS`` maps a file name to a function that returns its bytes (or writes them
itself, for Parquet) and to how reading should end: "accepted", "refused", or
"either" where the outcome is a matter of taste but an orderly one.
"""

from __future__ import annotations

import bz2
import datetime
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

HEADER = b"titles,summaries,terms\n"
ROW = b"A title,An abstract of a few words,\"['cs.CV', 'cs.LG']\"\n"
GOOD = HEADER + ROW * 3
RECORD = {"title": "A title", "abstract": "An abstract", "labels": ["cs.CV"]}
LINE = json.dumps(RECORD).encode() + b"\n"


@dataclass(frozen=True)
class Input:
    """One file: its name, what makes its bytes, how reading it should end."""

    name: str
    make: Callable[[], bytes]
    ending: str


INPUTS: dict[str, Input] = {}


def add(name: str, ending: str, make: Callable[[], bytes] | bytes) -> None:
    assert name not in INPUTS
    INPUTS[name] = Input(name, (lambda: make) if isinstance(make, bytes) else make, ending)


def write(name: str, folder: Path) -> Path:
    path = folder / name
    path.write_bytes(INPUTS[name].make())
    return path


def csv_row(title: str, abstract: str, labels: str) -> bytes:
    cells = (cell.replace('"', '""') for cell in (title, abstract, labels))
    return ('"' + '","'.join(cells) + '"\n').encode("utf-8", "surrogatepass")


def zstd(data: bytes) -> bytes:
    return bytes(pa.Codec("zstd").compress(data, asbytes=True))


def parquet(table: pa.Table, **options: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def papers_table(n: int = 3, **columns: object) -> pa.Table:
    base = {"title": ["A"] * n, "abstract": ["An abstract"] * n, "labels": ["cs.CV"] * n}
    return pa.table(base | columns)


def dictionary_of(*repeated: tuple[str, int]) -> pa.Array:
    """Return an array of texts, each so many times over, that holds each once."""
    codes = [code for code, (_, n) in enumerate(repeated) for _ in range(n)]
    texts = [text for text, _ in repeated]
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts))


def varint(number: int) -> bytes:
    data = b""
    while number > 127:
        data, number = data + bytes([number & 127 | 128]), number >> 7
    return data + bytes([number])


def with_false_footer(data: bytes, n_values: int) -> bytes:
    """Return the file with ``n_values``, wherever its footer states them, replaced by two."""
    start = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    truth = varint(2 * n_values)  # Thrift doubles numbers, for the sign
    lie = b"\x84" + b"\x80" * (len(truth) - 2) + b"\x00"
    assert truth in data[start:]
    return data[:start] + data[start:].replace(truth, lie)


# Nothing in it
add("empty.csv", "refused", b"")
add("only_mark.csv", "refused", b"\xef\xbb\xbf")
add("only_newlines.csv", "refused", b"\n\r\n\n\r\r\n" * 100)
add("only_spaces.csv", "refused", b" " * 10_000)
add("only_header.csv", "refused", HEADER)
add("only_header_no_end.csv", "refused", HEADER.strip())
add("only_quotes.csv", "refused", b'"' * 5000)
add("only_commas.csv", "refused", b"," * 150)
add("empty.jsonl", "refused", b"\n\n\n")
add("empty.csv.gz", "refused", lambda: gzip.compress(b""))
add("empty.csv.xz", "refused", lambda: lzma.compress(b""))
add("empty.csv.zst", "refused", lambda: zstd(b""))
add("empty_rows.parquet", "refused", lambda: parquet(papers_table(0)))

# Encodings
add("mark.csv", "accepted", b"\xef\xbb\xbf" + GOOD)
add("mark_twice.csv", "either", b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD)
add("utf16_le.csv", "accepted", lambda: b"\xff\xfe" + GOOD.decode().encode("utf-16-le"))
add("utf16_be.csv", "accepted", lambda: b"\xfe\xff" + GOOD.decode().encode("utf-16-be"))
add("utf16_odd_bytes.csv", "accepted", lambda: b"\xff\xfe" + GOOD.decode().encode("utf-16-le")[:-1])
add("utf16_no_mark.csv", "refused", lambda: GOOD.decode().encode("utf-16-le"))
add("utf32.csv", "accepted", lambda: GOOD.decode().encode("utf-32"))
add(
    "cp1252.csv",
    "accepted",
    lambda: HEADER + "Größe “quoted”,naïve café text,cs.CV\n".encode("cp1252"),
)
add("latin1_in_header.csv", "refused", lambda: "größe,summaries\na,b\n".encode("latin-1"))
add(
    "one_broken_byte.csv",
    "accepted",
    HEADER + "Größe über Maß,ein\xff Text,cs.CV\n".encode().replace("ÿ".encode(), b"\xff"),
)
add("overlong_utf8.csv", "accepted", HEADER + b"a\xc0\xafb,an abstract,cs.CV\n")
add("lone_surrogate.csv", "accepted", lambda: HEADER + csv_row("a\ud800b", "an abstract", "cs.CV"))
add("nul_in_text.csv", "accepted", HEADER + ROW * 9 + b"A ti\x00tle,an abs\x00tract,cs.C\x00V\n")
add("nul_everywhere.csv", "refused", b"\x00" * 100_000)
add("random_bytes.csv", "refused", bytes((i * 197 + i // 7 * 31) % 256 for i in range(50_000)))
add("random_bytes.jsonl", "refused", bytes((i * 211 + i // 5 * 17) % 256 for i in range(50_000)))
add("random_bytes.parquet", "refused", bytes((i * 223 + i // 3 * 13) % 256 for i in range(50_000)))

# Line ends, quotes, shapes
add(
    "mixed_line_ends.csv",
    "accepted",
    HEADER.replace(b"\n", b"\r\n") + ROW + ROW.replace(b"\n", b"\r") + ROW,
)
add("old_mac_line_ends.csv", "accepted", GOOD.replace(b"\n", b"\r"))
add(
    "line_separators_in_text.csv",
    "accepted",
    lambda: HEADER + csv_row("a\u2028b\u2029c\x85d\x1ce", "an\x0babstract\x0c", "cs.CV"),
)
add("unclosed_quote.csv", "either", HEADER + b'"A title,An abstract,cs.CV\n' + ROW)
add("unclosed_quote_early_in_large.csv", "either", lambda: HEADER + b'a,"b,c\n' + ROW * 40_000)
add("unclosed_quote_in_header.csv", "refused", b'titles,"summaries,terms\n' + ROW * 20_000)
add("quote_in_the_middle.csv", "accepted", HEADER + b'A "title,An abs"tract,cs.CV\n')
add("ragged_rows.csv", "accepted", HEADER + b"a\n" + ROW + b"a,b,c,d,e\n" + ROW + b"a,b\n")
add("all_rows_ragged.csv", "refused", HEADER + b"a,b\n" * 1000)
add(
    "million_columns.csv",
    "refused",
    lambda: b",".join(b"c%d" % i for i in range(1_000_000)) + b"\n" + b"1," * 999_999 + b"1\n",
)
add("million_columns_no_names.csv", "refused", lambda: b"," * 999_999 + b"\n")
add("million_commas_in_a_row.csv", "either", lambda: HEADER + ROW + b"," * 1_000_000 + b"\n" + ROW)
add(
    "duplicate_headers.csv",
    "accepted",
    b"titles,summaries,terms,terms,summaries,\n" + b"a,b,cs.CV,x,y,z\n",
)
add("nameless_headers.csv", "refused", b",,\na,b,c\n")
add("header_with_newline.csv", "accepted", b'titles,"summaries","ter\nms",labels\na,b,c,cs.CV\n')
add("header_wrong.csv", "refused", b"x,y,z\n1,2,3\n")
add("semicolons.csv", "accepted", b"title;abstract;labels\nA;An abstract;cs.CV, cs.LG\n")
add("tabs.tsv", "accepted", b"title\tabstract\tlabels\nA\tAn abstract\tcs.CV\n")
add("numbers_only.csv", "either", b"title,abstract,labels\n1,2,3\n4,5,6\n")
add("missing_values.csv", "accepted", HEADER + b"NA,null,cs.CV\nNaN,,\nNone,None,None\n")

# Size
add("cell_50_mb.csv", "refused", lambda: HEADER + b"a," + b"word " * 10_000_000 + b",cs.CV\n")
add(
    "cell_3_mb.csv",
    "accepted",
    lambda: HEADER + ROW + b"a," + b"word " * 600_000 + b",cs.CV\n" + ROW,
)
add(
    "cell_50_mb.jsonl",
    "accepted",
    lambda: LINE + json.dumps(RECORD | {"abstract": "word " * 10_000_000}).encode() + b"\n" + LINE,
)
add("too_many_rows.csv", "refused", lambda: b"titles,summaries,terms\n" + b"a,b,c\n" * 60_000)
add("too_many_rows.jsonl", "refused", lambda: b'{"abstract":"b","labels":"c"}\n' * 60_000)
add(
    "deep_columns.jsonl",
    "refused",
    lambda: b"".join(b'{"abstract":"a","labels":"c","k%d":1}\n' % i for i in range(2000)),
)

add("header_cut_in_a_character.csv", "refused", lambda: b"\n" + "é".encode() * 1_000_000)
add("blank_lines.jsonl.gz", "refused", lambda: gzip.compress(LINE + b"\n" * 95_000_000, 1))
add("only_blank_lines.jsonl.gz", "refused", lambda: gzip.compress(b"\n" * 95_000_000, 1))
add("broken_lines.jsonl.gz", "refused", lambda: gzip.compress(LINE + b"{\n" * 45_000_000, 1))
add("bad_rows.csv.gz", "refused", lambda: gzip.compress(HEADER + b"a\n" * 45_000_000, 1))
add(
    "empty_lists.jsonl.gz",
    "accepted",
    lambda: gzip.compress(
        (b'{"abstract":"a b","labels":"cs.CV","x":[' + b"[]," * 600_000 + b"[]]}\n") * 20, 1
    ),
)

# Compression
add("bomb.csv.gz", "refused", lambda: gzip.compress(HEADER + b"a,b,c\n" * 25_000_000, 1))
add("bomb_one_line.csv.gz", "refused", lambda: gzip.compress(b"a" * 150_000_000, 1))
add("bomb.csv.xz", "refused", lambda: lzma.compress(HEADER + b"a," + b"b" * 150_000_000, preset=0))
add("bomb.csv.zst", "refused", lambda: zstd(HEADER + (b"t" * 90_000 + b",b,c\n") * 4_000))
add(
    "bomb.jsonl.gz",
    "refused",
    lambda: gzip.compress((b'{"abstract":"' + b"a" * 90_000 + b'","labels":"c"}\n') * 4000, 1),
)
add(
    "bomb_within_bomb.csv.gz", "refused", lambda: gzip.compress(gzip.compress(b"0" * 50_000_000, 1))
)
add(
    "xz_wants_much_memory.csv.xz",
    "refused",
    lambda: lzma.compress(
        GOOD,
        filters=[
            {
                "id": lzma.FILTER_LZMA2,
                "dict_size": 1 << 30,
                "mode": lzma.MODE_FAST,
                "mf": lzma.MF_HC3,
                "nice_len": 3,
                "depth": 1,
            }
        ],
    ),
)
add("cut.csv.gz", "refused", lambda: gzip.compress(GOOD * 1000)[:-20])
add("cut.csv.xz", "refused", lambda: lzma.compress(GOOD * 1000)[:-20])
add("cut.csv.zst", "refused", lambda: zstd(GOOD * 1000)[:-5])
add("damaged.csv.gz", "refused", lambda: _flipped(gzip.compress(GOOD * 1000, mtime=0)))
add("damaged.csv.xz", "refused", lambda: _flipped(lzma.compress(GOOD * 1000)))
add("two_members.csv.gz", "accepted", lambda: gzip.compress(GOOD) + gzip.compress(ROW))
add("two_streams.csv.xz", "accepted", lambda: lzma.compress(GOOD) + lzma.compress(ROW))
add("rubbish_behind.csv.xz", "refused", lambda: lzma.compress(GOOD) + b"rubbish")
add("plain_named.csv.gz", "accepted", GOOD)
add("gz_named_plain.csv", "accepted", lambda: gzip.compress(GOOD))
add("bzip2.csv", "refused", lambda: bz2.compress(GOOD))

# Other things under a false name
add("pickle.csv", "refused", lambda: pickle.dumps({"titles": ["a"], "summaries": ["b"]}))
add("pickle_text.csv", "refused", b"cos\nsystem\n(S'true'\ntR.")
add("zip.csv", "either", lambda: _zip())
add("xlsx.csv", "refused", lambda: _zip("xl/workbook.xml"))
add("sqlite.csv", "refused", lambda: _sqlite())
add("web_page.csv", "refused", b"<!DOCTYPE html><html><body>Not found</body></html>")
add("picture.csv", "refused", b"\x89PNG\r\n\x1a\n" + bytes(500))
add("pdf.csv", "refused", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(500))
add("parquet.csv", "accepted", lambda: parquet(papers_table()))
add("csv.parquet", "refused", GOOD)
add("json_array.jsonl", "accepted", b"[" + LINE.strip() + b"," + LINE.strip() + b"]")
add(
    "zip_bomb.zip", "refused", lambda: _zip(content=b"title,abstract,labels\n" + bytes(300_000_000))
)
add("zip_in_zip.zip", "refused", lambda: _zip("papers.zip", _zip()))
add("cut.zip", "refused", lambda: _zip()[:-30])
add("huge_entry.bib", "either", b"@article{a, title={T}, abstract={" + b"word " * 4_000_000 + b"}}")
add("open_braces.bib", "refused", b"@article{a, title={" + b"{" * 1_000_000)
add("no_end.ris", "either", b"TY  - JOUR\nTI  - T\nAB  - " + b"word " * 4_000_000)
add("deep_array.json", "refused", b"[{" + b'"a":[' * 100_000)
add("long_item.json", "refused", b'[{"abstract": "' + b"word " * 10_000_000 + b'"}]')
add("many_items.json", "refused", b"[" + b'{"a":1},' * 200_000 + b'{"a":1}]')
add("repeated_rows.ods", "refused", lambda: _ods(1_000_000_000, 1))
add("repeated_cells.ods", "refused", lambda: _ods(1, 1_000_000_000))
add("ending.unknown", "refused", GOOD)
add("ending.csv.pkl", "refused", GOOD)
add("notebook.json", "refused", b'{\n "cells": [],\n "metadata": {}\n}\n')

# JSON Lines
add(
    "broken_lines.jsonl",
    "accepted",
    LINE + b"{broken\n" + LINE + b"[1, 2]\n" + b"null\n" + b'"text"\n' + LINE,
)
add("cut_last_line.jsonl", "accepted", LINE * 3 + LINE[:20])
add(
    "deep_nesting.jsonl",
    "accepted",
    LINE + b'{"abstract":' + b"[" * 200_000 + b"]" * 200_000 + b"}\n",
)
add("deep_objects.jsonl", "accepted", LINE + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"\n")
add("huge_number.jsonl", "accepted", LINE + b'{"abstract":"a","labels":' + b"9" * 10_000 + b"}\n")
add("strange_numbers.jsonl", "accepted", LINE + b'{"abstract":NaN,"labels":Infinity}\n')
add(
    "surrogates.jsonl",
    "accepted",
    LINE + b'{"title":"\\ud800","abstract":"a \\udfff b","labels":["cs.CV\\ud83d"]}\n',
)
add(
    "surrogate_keys.jsonl",
    "accepted",
    b'{"title":"t","abstract":"a","labels":"cs.CV","\\ud800":1}\n',
)
add(
    "wrong_types.jsonl",
    "accepted",
    LINE
    + b'{"title":1,"abstract":{"a":[1]},"labels":{"x":1}}\n'
    + b'{"title":null,"abstract":true,"labels":null}\n',
)
add(
    "repeated_keys.jsonl",
    "accepted",
    b'{"abstract":"a","abstract":"b","labels":"cs.CV","labels":"cs.LG"}\n',
)
add("utf16.jsonl", "accepted", lambda: LINE.decode().encode("utf-16"))
add("windows_line_ends.jsonl", "accepted", LINE.replace(b"\n", b"\r\n") * 3)

# Label cells
LABEL_CELLS = {
    "nested_brackets": "[" * 3000,
    "nested_lists": "[['cs.CV'],['cs.LG']]",
    "closed_nesting": "[" * 1500 + "]" * 1500,
    "call": "__import__('os').system('true')",
    "call_in_list": "[__import__('os').system('true')]",
    "power": "[9**9**9**9]",
    "dictionary": "{'cs.CV': 1}",
    "many_labels": "; ".join(f"l{i}" for i in range(500)),
    "long_label": "x" * 5000,
    "unclosed_list": "['cs.CV', 'cs.LG'",
    "unclosed_string": "['cs.CV, 'cs.LG']",
    "backtracking": "['a'" + ", " * 1000 + "!",
    "numbers": "[1, 2, 3]",
    "escapes": r'["cs.\u0043V", "cs\/LG"]',
    "bad_escapes": r"['cs.\xZZ']",
    "marks": "\u202ecs.CV\u202c; cs\u200b.LG",
}
for _name, _cell in LABEL_CELLS.items():
    add(f"labels_{_name}.csv", "accepted", HEADER + ROW + csv_row("a", "b", _cell))

# Text that is dangerous to show or to export
add(
    "formulas.csv",
    "accepted",
    HEADER + csv_row("=cmd|' /C calc'!A0", '=HYPERLINK("http://x.invalid")', "@SUM(1)") + ROW,
)
add(
    "markup.csv",
    "accepted",
    HEADER
    + csv_row("<script>alert(1)</script>", "![](http://x.invalid) $\\x$ :red[a]", "<b>cs.CV</b>"),
)
add(
    "right_to_left.csv",
    "accepted",
    lambda: HEADER + csv_row("\u202eelttit", "abs\u2066tract\u2069", "cs.CV"),
)
add(
    "zalgo.csv", "accepted", lambda: HEADER + csv_row("a" + "\u0301" * 5000, "an abstract", "cs.CV")
)
add("paths_as_names.csv", "refused", b"../../etc/passwd,/etc/shadow\na,b\n")

# Parquet
add("cut.parquet", "refused", lambda: parquet(papers_table(100))[:-30])
add("cut_in_front.parquet", "refused", lambda: parquet(papers_table(100))[30:])
add(
    "damaged_pages.parquet",
    "either",
    lambda: _flipped(parquet(papers_table(5000), use_dictionary=False), 50),
)
# At these places pyarrow 26.0 ends the process that asks for the chunk.
for _place, _bit in ((-686, 4), (-684, 1), (-667, 1)):
    add(
        f"contradictory_footer{_place}.parquet",
        "refused",
        lambda place=_place, bit=_bit: _with_bit(place, bit),  # type: ignore[misc]
    )
add("damaged_footer.parquet", "either", lambda: _flipped(parquet(papers_table(100)), -40))
add("only_marks.parquet", "refused", b"PAR1\xff\xff\xff\x7fPAR1")
add(
    "many_columns.parquet",
    "refused",
    lambda: parquet(pa.table({f"c{i}": [1] for i in range(3000)})),
)
add(
    "dictionary_bomb.parquet",
    "refused",
    lambda: parquet(
        papers_table(4000, abstract=dictionary_of(("x" * 90_000, 4000))),
        compression="zstd",
    ),
)
add(
    "long_cell_dictionary.parquet",
    "accepted",
    lambda: parquet(
        papers_table(600, abstract=dictionary_of(("x" * 2_000_000, 599), ("short", 1))),
        compression="zstd",
    ),
)
add(
    "plain_bomb.parquet",
    "refused",
    lambda: parquet(
        papers_table(3000, abstract=["x" * 90_000] * 3000), compression="zstd", use_dictionary=False
    ),
)
add("too_many_rows.parquet", "refused", lambda: parquet(papers_table(60_000), compression="zstd"))
add(
    "list_labels.parquet",
    "accepted",
    lambda: parquet(papers_table(3, labels=[["cs.CV"], [], ["cs.LG", "cs.CV"]])),
)
add(
    "nested_columns.parquet",
    "accepted",
    lambda: parquet(papers_table(3, extra=[{"a": [{"b": 1}]}] * 3)),
)
add(
    "binary_text.parquet",
    "accepted",
    lambda: parquet(papers_table(3, abstract=pa.array([b"ok", b"\xff\xfe", b"ok"], pa.binary()))),
)
add(
    "bad_utf8.parquet",
    "either",
    lambda: parquet(
        papers_table(3, abstract=pa.array([b"ok", b"\xff\xfe", b"ok"], pa.binary()))
    ).replace(b"BYTE", b"BYTE"),
)
add(
    "list_of_millions.parquet",
    "refused",
    lambda: parquet(
        papers_table(1, labels=pa.array([np.ones(20_000_000, np.int8)])), compression="zstd"
    ),
)
add(
    "false_footer.parquet",
    "refused",
    lambda: with_false_footer(
        parquet(
            papers_table(1, labels=pa.array([np.ones(20_000_003, np.int8)])),
            compression="zstd",
            data_page_size=1 << 30,
        ),
        20_000_003,
    ),
)
add(
    "list_of_long_texts.parquet",
    "accepted",
    lambda: parquet(
        papers_table(
            300,
            labels=pa.array([["cs.CV"]] + [["x" * 1_000_000] * 2] * 298 + [["x" * 1_000_000] * 50]),
        ),
        compression="zstd",
    ),
)
add(
    "bytes_of_long_texts.parquet",
    "accepted",
    lambda: parquet(
        papers_table(400, abstract=pa.array([b"x" * 5_000_000] * 399 + [b"short"])),
        compression="zstd",
    ),
)
add(
    "dates.parquet",
    "accepted",
    lambda: parquet(papers_table(3, title=[datetime.date(2020, 1, day) for day in (1, 2, 3)])),
)
add("duplicate_columns.parquet", "accepted", lambda: _duplicate_columns())
add(
    "numbers.parquet",
    "accepted",
    lambda: parquet(papers_table(3, title=[1, 2, 3], abstract=[1.5, None, float("nan")])),
)


def _with_bit(place: int, bit: int) -> bytes:
    data = bytearray(parquet(papers_table()))
    data[place] ^= bit
    return bytes(data)


def _flipped(data: bytes, position: int | None = None) -> bytes:
    """Return ``data`` with some bytes inverted, from the middle on if no position is given."""
    start = len(data) // 2 if position is None else position % len(data)
    return data[:start] + bytes(255 - byte for byte in data[start : start + 8]) + data[start + 8 :]


def _zip(name: str = "papers.csv", content: bytes = GOOD) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return sink.getvalue()


def _ods(n_rows: int, n_cells: int) -> bytes:
    """A workbook of a few bytes that claims to have so many equal rows and cells."""
    names = " ".join(
        f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
        for one in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        '<table:table table:name="Papers">'
        f'<table:table-row table:number-rows-repeated="{n_rows}">'
        f'<table:table-cell table:number-columns-repeated="{n_cells}" office:value-type="string">'
        "<text:p>abstract</text:p></table:table-cell></table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return sink.getvalue()


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data"
        connection = sqlite3.connect(path)
        connection.execute("create table papers (title)")
        connection.commit()
        connection.close()
        return path.read_bytes()


def _duplicate_columns() -> bytes:
    columns = [["A"], ["An abstract"], ["cs.CV"], ["other"]]
    arrays = [pa.array(column) for column in columns]
    return parquet(pa.Table.from_arrays(arrays, names=["title", "abstract", "labels", "title"]))


if __name__ == "__main__":  # python -m tests.hostile.corpus FOLDER
    for input_name in INPUTS:
        write(input_name, Path(sys.argv[1]))
