"""Reads what ERP and warehouse report of lines of orders: CSV with a head, or one JSON object a line. Pure; knows no file."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from gateway.errors import GatewayError, Problem
from gateway.tracking.reconciling import FIGURES, SUMMED

_NEEDED = ("order_number", "line")
_KEYS = (*_NEEDED, "partner", "release")
_LONGEST = 255
_DIGITS = (
    30  # More has no quantity of goods; and a number such as 1E999999 would fill the memory when it is written out.
)


class ReportInvalid(GatewayError):
    """A report can't be understood. Correct the line that is named, and bring the report again."""

    code = "report-invalid"

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


class ReportFormat(StrEnum):
    """How a report is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"

    @classmethod
    def of(cls, name: str) -> ReportFormat:
        """Return the format of a file by its name."""
        return cls.CSV if name.lower().endswith(".csv") else cls.JSON_LINES


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """What a system reports of one line; a figure that it does not speak of is left out. Partner and release may be empty."""

    order_number: str
    line: str
    figures: Mapping[str, Decimal]
    partner: str = ""
    release: str = ""


def read_report(text: Iterable[str], name: str, how: ReportFormat) -> Iterator[ReportedLine]:
    """Yield the lines of a report; raise ReportInvalid for the first one that can't be understood.

    ``text`` are its lines with their ends; ``name`` is what a mistake is said to be in.
    """
    rows = _table(text, name) if how == ReportFormat.CSV else _objects(text, name)
    try:
        for number, row in rows:
            yield reported_line(name, number, row)
    except UnicodeDecodeError:
        raise _wrong(name, 1, "", "it is no UTF-8", "save it as UTF-8 text") from None


def _table(text: Iterable[str], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(text)
    try:
        head = list(reader.fieldnames or ())
        _check_head(name, head)
        empty = {each: "0" for each in SUMMED if each in head}
        for row in reader:
            # A column that the head names is spoken of in each row: where nothing stands, nothing was booked.
            yield reader.line_num, empty | {key: value for key, value in row.items() if str(value or "").strip()}
    except csv.Error as error:
        raise _wrong(
            name, reader.line_num, "", f"it is no table ({error})", "write one line of an order a row"
        ) from None


def _objects(text: Iterable[str], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(text, start=1):
        if line.strip():
            try:
                said = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            except (ValueError, RecursionError, InvalidOperation):
                said = None
            if not isinstance(said, dict):
                raise _wrong(name, number, "", "it is no JSON object", "write one object a line")
            yield number, said


def _check_head(name: str, names: Iterable[str]) -> None:
    known = set(names)
    for each in _NEEDED:
        if each not in known:
            words = "the head of the table does not name it"
            raise _wrong(name, 1, each, words, f"write {','.join((*_NEEDED, *FIGURES))}")
    if not set(FIGURES) & known:
        raise _wrong(name, 1, "", "no figure stands in the head of the table", f"add some of {', '.join(FIGURES)}")


def reported_line(name: str, number: int, row: Mapping[str, Any]) -> ReportedLine:
    """Return one line of a report by the names of its columns; raise ReportInvalid."""
    texts = {}
    for key in _KEYS:
        texts[key] = said = str(row.get(key) or "").strip()
        if not said and key in _NEEDED:
            raise _wrong(name, number, key, "it is empty", "write which line of which order is meant")
        if len(said) > _LONGEST or not said.isprintable():
            words = f"it is longer than {_LONGEST} characters, or holds one that can't be shown"
            raise _wrong(name, number, key, words, "write it as the order has it")
    figures = {}
    for key in FIGURES:
        value = row.get(key)
        if value is not None and str(value).strip():
            figures[key] = _figure(name, number, key, str(value).strip())
    return ReportedLine(texts["order_number"], texts["line"], figures, texts["partner"], texts["release"])


def _figure(name: str, number: int, key: str, said: str) -> Decimal:
    try:
        found = Decimal(said)
    except InvalidOperation:
        raise _wrong(name, number, key, f"{said[:40]!r} is no number", "write it such as 12.5") from None
    if not found.is_finite() or len(found.as_tuple().digits) > _DIGITS or abs(found.adjusted()) > _DIGITS:
        raise _wrong(name, number, key, f"{said[:40]!r} is no quantity", "write it such as 12.5")
    return found


def _wrong(name: str, line: int, key: str, reason: str, advice: str) -> ReportInvalid:
    return ReportInvalid(Problem(name, line, key, reason, advice))
