"""Reads the reports that ERP and warehouse write of lines of orders: CSV with a head, or one JSON object a line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from gateway.errors import ConfigurationError, Problem
from gateway.ledger.reported import ReportedLine
from gateway.tracking.reconciling import FIGURES

_NEEDED = ("order_number", "line")


def read_report(path: Path) -> Iterator[ReportedLine]:
    """Yield the lines of a report; raise ConfigurationError for the first one that can't be understood."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        if path.suffix.lower() == ".csv":
            reader = csv.DictReader(file)
            _check_head(path, reader.fieldnames or ())
            for row in reader:
                yield _line(path, reader.line_num, row)
            return
        for number, text in enumerate(file, start=1):
            if text.strip():
                try:
                    said = json.loads(text)
                except ValueError:
                    said = None
                if not isinstance(said, dict):
                    raise _wrong(path, number, "", "it is no JSON object", "write one object a line")
                yield _line(path, number, said)


def _check_head(path: Path, names: Any) -> None:
    for name in _NEEDED:
        if name not in names:
            raise _wrong(
                path, 1, name, "the head of the table does not name it", f"write {','.join((*_NEEDED, *FIGURES))}"
            )
    if not set(FIGURES) & set(names):
        raise _wrong(path, 1, "", "no figure stands in the head of the table", f"add some of {', '.join(FIGURES)}")


def _line(path: Path, number: int, row: dict[str, Any]) -> ReportedLine:
    for name in _NEEDED:
        if not str(row.get(name) or "").strip():
            raise _wrong(path, number, name, "it is empty", "write which line of which order is meant")
    figures = {}
    for name in FIGURES:
        said = row.get(name)
        if said is None or not str(said).strip():
            continue
        try:
            figures[name] = Decimal(str(said).strip())
        except InvalidOperation:
            raise _wrong(path, number, name, f"{said!r} is no number", "write it such as 12.5") from None
        if not figures[name].is_finite():
            raise _wrong(path, number, name, f"{said!r} is no quantity", "write it such as 12.5")
    partner = str(row.get("partner") or "").strip()
    return ReportedLine(str(row["order_number"]).strip(), str(row["line"]), partner, figures)


def _wrong(path: Path, line: int, key: str, reason: str, advice: str) -> ConfigurationError:
    return ConfigurationError([Problem(str(path), line, key, reason, advice)])
