"""Read the bytes of a CSV file into rows, strictly (RFC 4180): what is odd is named by line, never guessed at."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass

from gateway.trading.csv_layout import CsvLayout

MOST_ROWS = 10_000  # A document of more lines comes as X12, which is read as a stream.
_MOST_CELLS = 500
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_QUOTING = 'put a value that holds quotes or the delimiter into quotes, and double the quotes in it: "3"" pipe"'


@dataclass(frozen=True, slots=True)
class CsvFault:
    """What is wrong with a file, where, and what to do. ``line`` counts from 1; ``column`` is its heading."""

    message: str
    fix: str
    line: int = 1
    column: str = ""
    value: str = ""

    @property
    def where(self) -> str:
        """The place for people."""
        return f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"


class CsvError(Exception):
    """Raised for a file that can't be read at all, with its one fault."""

    def __init__(self, fault: CsvFault) -> None:
        self.fault = fault
        super().__init__(fault.message)


@dataclass(frozen=True, slots=True)
class Row:
    """One row and the line of the file on which it begins."""

    line: int
    cells: list[str]


def marked(text: str) -> str:
    """Return a text as a cell: with a ' before what a spreadsheet would reckon with, as spreadsheets mark text."""
    return f"'{text}" if text.removeprefix("'").startswith(_FORMULA) else text


def unmarked(cell: str) -> str:
    """Return the text of a cell, without what `marked` put before it."""
    return cell[1:] if cell.startswith("'") and cell[1:].removeprefix("'").startswith(_FORMULA) else cell


def rows_of(data: bytes, layout: CsvLayout) -> list[Row]:
    """Return the rows that say something, the heading first; raise CsvError for what is no such file."""
    text = _decoded(data, layout.text.charset)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    rows: list[Row] = []
    begin = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                _bounded(cells, begin, len(rows))
                rows.append(Row(begin, [cell.strip() for cell in cells]))
            begin = reader.line_num + 1
    except csv.Error as error:
        if "field larger" in str(
            error
        ):  # Most often a quote that nothing closes; csv says how many characters it takes.
            words, fix = f"a value of the row that begins here is too long ({error})", f"shorten it, or {_QUOTING}"
        else:
            words, fix = f"the row that begins here is no CSV: {error}", _QUOTING
        raise CsvError(CsvFault(words, fix, begin)) from None
    if not rows:
        raise CsvError(CsvFault("the file says nothing", "send the heading line and one row for each line"))
    return rows


def _bounded(cells: list[str], line: int, before: int) -> None:
    if len(cells) > _MOST_CELLS:
        fix = f"send at most {_MOST_CELLS} columns"
        raise CsvError(CsvFault(f"the row has {len(cells)} columns", fix, line))
    if before > MOST_ROWS:
        raise CsvError(CsvFault(f"the file has more than {MOST_ROWS} rows", "send so large a document as X12", line))


def _decoded(data: bytes, charset: str) -> str:
    """Return the text without its byte order mark."""
    if data.startswith(_UTF_16):
        raise CsvError(CsvFault("the file is UTF-16, not " + charset, "save it as CSV UTF-8 and send it again"))
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode(charset)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{error.object[error.start]:02X} is no {charset}"
        fix = "save the file as CSV UTF-8, or ask us to agree on its charset (windows-1252 for most spreadsheets)"
        raise CsvError(CsvFault(byte, fix, line)) from None
    found = _NO_TEXT.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise CsvError(CsvFault(f"character 0x{ord(found[0]):02X} is no text", "take it out of the file", line))
    return text
