"""``gateway translate``, ``gateway compose``, ``gateway mapping coverage``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from pydantic import ValidationError
from rich.markup import escape

from gateway.canonical.message import BY_SET, MESSAGE_TYPES
from gateway.canonical.values import Part
from gateway.cli.console import AS_JSON, FILES, PARTNER, chunks_of, configuration, err, expand, out, partner_named
from gateway.configuration import Configuration, Files, profile_library
from gateway.errors import NotFound, TranslationError, X12Error
from gateway.mapping.coverage import Coverage, coverage
from gateway.mapping.loader import Mapping, ProfileLibrary
from gateway.pipeline.inbound.judge import judge_set
from gateway.pipeline.outbound.as_csv import written
from gateway.pipeline.outbound.compose import check as check_written
from gateway.pipeline.outbound.compose import envelope
from gateway.settings import load_settings
from gateway.trading.csv_layout import CsvLayout
from gateway.trading.csv_writing import CsvUnwritable
from gateway.trading.directory import Partner
from gateway.x12.hierarchy import nest
from gateway.x12.model import TransactionSet
from gateway.x12.reader import read
from gateway.x12.validator import Judgment, validate
from gateway.x12.writer import write


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(translate)
    app.command()(compose)
    mapping = typer.Typer(no_args_is_help=True, help="Mapping profiles.")
    mapping.command("coverage")(mapping_coverage)
    app.add_typer(mapping, name="mapping")


class _Lens:
    """How sets are judged and mapped: with the base profiles, or as a partner's agreements say."""

    def __init__(self, partner: str | None) -> None:
        self.found: Configuration | None = configuration() if partner else None
        self.partner: Partner | None = partner_named(self.found, partner) if self.found and partner else None
        own = Files.read(load_settings().environment.config_dir) if self.found is None else self.found.files
        self.profiles: ProfileLibrary = self.found.profiles if self.found else profile_library(own)

    def judge(self, transaction: TransactionSet) -> Judgment:
        """Judge one set."""
        if self.found is None or self.partner is None:
            return validate(transaction)
        return judge_set(transaction, self.partner.agreement(transaction.id, "inbound"), self.found)

    def mapping(self, transaction: TransactionSet) -> Mapping | None:
        """Return the profile for one set; None when there is none."""
        if transaction.id not in BY_SET:
            return None
        agreement = self.partner.agreement(transaction.id, "inbound") if self.partner else None
        name = agreement.profile if agreement else f"base/{transaction.id}"
        return self.profiles.mapping(name, transaction.version)


def _sets(path: Path) -> Iterator[TransactionSet]:
    return (part for part in read(chunks_of(path)) if isinstance(part, TransactionSet))


def translate(
    files: list[Path] = FILES,
    partner: str | None = PARTNER,
    faulty: bool = typer.Option(False, "--faulty", help="Translate documents with faults too, as far as it goes."),
) -> None:
    """Turn X12 into canonical messages, one JSON object a line.

    Exit code: 0 all translated, 1 some not (the reasons go to standard error), 2 a file can't be read.
    """
    lens = _Lens(partner)
    worst = 0
    for path in expand(files):
        try:
            for transaction in _sets(path):
                reason = _translate_one(lens, transaction, faulty)
                if reason:
                    err.print(escape(f"{path}: {transaction.id} ST02={transaction.control_number}: {reason}"))
                    worst = max(worst, 1)
        except X12Error as error:
            err.print(escape(f"{path}: {error.detail}"))
            worst = 2
    raise typer.Exit(worst)


def _translate_one(lens: _Lens, transaction: TransactionSet, faulty: bool) -> str:
    """Print one document as JSON; return why it can't be, or nothing."""
    mapping = lens.mapping(transaction)
    if mapping is None:
        return f"set {transaction.id} has no canonical message"
    judgment = lens.judge(transaction)
    if judgment.tree is None or (not judgment.accepted and not faulty):
        first = next((fault for fault in judgment.faults if not fault.tolerated), None)
        return f"refused: {first.where}: {first.message}" if first else "refused"
    try:
        body, notes = mapping.to_canonical(judgment.tree, transaction.marks.component)
    except TranslationError as error:
        return error.detail
    for note in notes:
        err.print(escape(f"{transaction.id} ST02={transaction.control_number}: note: {note}"))
    data = json.loads(body.model_dump_json(exclude_unset=True, exclude_none=True))
    source = {
        "set": transaction.id,
        "version": transaction.version,
        "interchange": transaction.interchange.control_number,
        "group": transaction.group.control_number if transaction.group else None,
        "control_number": transaction.control_number,
    }
    out.print(json.dumps({"type": mapping.message_type.name, "source": source, "body": data}), markup=False)
    return ""


def compose(
    file: Path = typer.Argument(..., help="A canonical document: {type, body} or a whole message."),
    partner: str = typer.Option(..., "--partner", "-p", help="To whom it goes."),
    number: int = typer.Option(1, "--number", help="Control number; the ledger is not touched."),
) -> None:
    """Turn a canonical document into the X12 or CSV that a partner would get, checked as it would be before sending."""
    found = configuration()
    who = partner_named(found, partner)
    if not file.is_file():
        raise NotFound(f"There is no file {file}. Check the name.")
    kind, body = _document(json.loads(file.read_text(encoding="utf-8")))
    row = MESSAGE_TYPES.get(kind)
    agreement = who.agreement(row.set_id, "outbound") if row else None
    if row is None or agreement is None:
        raise NotFound(f"There is no agreement to send {kind!r} to {partner}. Add one with direction: outbound.")
    try:
        message = row.model.model_validate(body)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            err.print(escape("/" + "/".join(map(str, item["loc"])) + f": {item['msg']}"))
        raise typer.Exit(1) from None
    if agreement.csv is not None:
        _show_csv(message, agreement.csv, row.set_id)
        return
    mapping = found.mapping(agreement.profile, agreement.version)
    made = envelope(found, who, agreement, mapping.from_canonical(message), datetime.now(UTC), (number, number))
    data = write(made, agreement.style)
    judgment, lost = check_written(data, mapping, agreement, found, message)
    sys.stdout.buffer.write(data + (b"" if data.endswith(b"\n") else b"\n"))
    sys.stdout.buffer.flush()
    for fault in judgment.faults:
        err.print(escape(f"{fault.where}: {fault.message}. To fix: {fault.fix}"))
    for path in lost:
        err.print(escape(f"the profile does not write {path}"))
    raise typer.Exit(0 if judgment.accepted else 1)


def _show_csv(message: Part, layout: CsvLayout, set_id: str) -> None:
    try:
        data, lost = written(message, layout, set_id)
    except CsvUnwritable as error:
        for words in error.faults:
            err.print(escape(words))
        raise typer.Exit(1) from None
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
    for path in lost:
        err.print(escape(f"no column holds {path}"))


def _document(data: Any) -> tuple[str, Any]:
    if isinstance(data, dict) and "header" in data:
        return str(data["header"].get("type")), data.get("body")
    if isinstance(data, dict):
        return str(data.get("type")), data.get("body")
    return "", None


def mapping_coverage(files: list[Path] = FILES, partner: str | None = PARTNER, as_json: bool = AS_JSON) -> None:
    """List the segments and elements of real files that the profile does not read."""
    lens = _Lens(partner)
    totals: dict[str, Coverage] = {}
    for path in expand(files):
        try:
            for transaction in _sets(path):
                mapping = lens.mapping(transaction)
                judgment = lens.judge(transaction)
                if mapping is None or judgment.tree is None:
                    continue
                mark = transaction.marks.component
                found = coverage(mapping.plan, nest(judgment.tree), judgment.uses, transaction.segments, mark)
                totals.setdefault(transaction.id, Coverage()).add(found)
        except X12Error as error:
            err.print(escape(f"{path}: {error.detail}"))
    for set_id, total in sorted(totals.items()):
        if as_json:
            out.print(json.dumps(_as_dict(set_id, total)), markup=False)
        else:
            _show(set_id, total)


def _as_dict(set_id: str, total: Coverage) -> dict[str, Any]:
    unread = [
        {"loop": loop, "segment": segment, "element": element, "times": times, "example": total.examples[key]}
        for key, times in total.unread.most_common()
        for loop, segment, element in [key]
    ]
    return {"set": set_id, "elements": total.elements, "read": total.read, "unread": unread}


def _show(set_id: str, total: Coverage) -> None:
    share = 100 * total.read / total.elements if total.elements else 100.0
    out.print(f"{set_id}: {total.read} of {total.elements} elements are read ({share:.1f} %)")
    for key, times in total.unread.most_common():
        loop, segment, element = key
        place = f"{loop}>{segment}" if loop and loop != segment else segment
        place += f"/{element:02d}" if element else " (all of it)"
        out.print(f"  {times:>5} x {escape(place)}  for example {escape(total.examples[key][:100])}")
