"""Pages of what the code holds as tables: commands, errors and causes, tolerances, functions, faults, states."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import typer

import gateway
from gateway.cli import command_line
from gateway.cli.examples import EXAMPLES
from gateway.errors import GatewayError
from gateway.mapping.functions import FUNCTIONS, SPECIAL
from gateway.pipeline.route import ROUTE
from gateway.reference.markdown import code, page, table
from gateway.tracking.case import CAUSES
from gateway.tracking.document import DOCUMENT_LIFE, AcknowledgmentState
from gateway.tracking.life import Life
from gateway.tracking.promise import PROMISE_LIFE
from gateway.tracking.receipt import RECEIPT_LIFE
from gateway.tracking.thread.states import LINE_LIFE
from gateway.tracking.transmission import TRANSMISSION_LIFE
from gateway.trading.quirks import QUIRKS
from gateway.x12.characters import CHARACTER_SETS
from gateway.x12.faults import FaultCode, Level
from gateway.x12.tolerances import TOLERANCES


def commands() -> str:
    """The page of the command line."""
    words = (
        "An error is a sentence on standard error and exit code 2. What is meant for programs goes to standard output alone, so"
        " that it can be piped; progress bars and notes go to standard error."
    )
    return page("Commands", words, *(_command(name, found) for name, found in each_command()))


def each_command() -> Iterator[tuple[str, Any]]:
    """Yield every command as it is typed with what it takes."""
    yield from _below(typer.main.get_command(command_line()), "")


def _below(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, found in group.commands.items():
        if hasattr(found, "commands"):
            if found.invoke_without_command:
                yield f"{before}{name}", found
            yield from _below(found, f"{before}{name} ")
        else:
            yield f"{before}{name}", found


def _command(name: str, found: Any) -> str:
    rows = []
    for each in found.params:
        if each.name == "help":
            continue
        is_option = each.param_type_name == "option"
        shown = ", ".join(code(text) for text in each.opts) if is_option else code((each.metavar or each.name).upper())
        rows.append((shown, "required" if each.required else "", getattr(each, "help", "") or ""))
    lines = "\n\n".join(" ".join(part.split()) for part in (found.help or "").split("\n\n"))
    parts = [f"## gateway {name}", lines]
    if rows:
        parts.append(table(("argument", "", "meaning"), rows))
    parts.append(f"```\n{EXAMPLES[name]}\n```")
    return "\n\n".join(parts)


def errors() -> str:
    """The page of errors and of the causes of cases."""
    rows = [(code(kind.code), "yes" if kind.retryable else "", _words(kind)) for kind in error_classes()]
    causes = [(code(row.code), row.owner, row.title, row.next_action) for row in CAUSES.values()]
    return page(
        "Errors and cases",
        "An error stops what was asked for. Over HTTP it is problem+json (RFC 9457) whose `type` ends in its code. What is wrong"
        " in a document is no error but a [fault](faults.md). What needs a person becomes a case: `gateway cases` lists them.",
        "## Errors",
        table(("code", "tried again by itself", "meaning and what to do"), rows),
        "## Causes of cases",
        table(("cause", "whose it is", "meaning", "what to do"), causes),
    )


def error_classes() -> list[type[GatewayError]]:
    """Return every class of the error tree, the whole program being looked through."""
    for found in pkgutil.walk_packages(gateway.__path__, "gateway."):
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            importlib.import_module(found.name)
    kinds: list[type[GatewayError]] = []
    waiting: list[type[GatewayError]] = [GatewayError]
    while waiting:
        kind = waiting.pop(0)
        if kind.__module__.startswith("gateway."):
            kinds.append(kind)
        waiting += kind.__subclasses__()
    return sorted(kinds, key=lambda kind: kind.code)


def _words(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())


def tolerances() -> str:
    """The page of deviations that can be tolerated."""
    rows = [
        (code(row.name), ", ".join(sorted(code(fault.slug) for fault in row.codes)), row.paragraph)
        for row in TOLERANCES.values()
    ]
    words = (
        "A deviation from X12 has a name, and is off until an agreement allows it: `tolerate: [trailing-separators]`. Then its"
        " faults become notes, which are said and reject nothing."
    )
    sets = [(code(name), paragraph) for name, paragraph in CHARACTER_SETS.items()]
    said = (
        "`characters: basic` says in an agreement which characters values may hold; `gateway check --characters` holds a file to"
        " them. Where it is said it counts, and not what `tolerate` says on `utf-8`. Delimiters and binary data are not meant."
    )
    return page(
        "Tolerances",
        words,
        table(("name", "faults that become notes", "what is given up"), rows),
        "## Character sets",
        said,
        table(("name", "what may be sent"), sets),
    )


def quirks() -> str:
    """The page of what single AS2 products need."""
    words = (
        "What a partner's AS2 product needs beyond the standard has a name, and is off until its file asks for it:"
        " `channels: {as2: {quirks: [quote-names]}}`."
    )
    return page("AS2 quirks", words, table(("name", "what is done, and what is given up"), _quirk_rows()))


def _quirk_rows() -> list[tuple[str, str]]:
    return [(code(row.name), row.paragraph) for row in QUIRKS.values()]


def mapping_functions() -> str:
    """The page of the functions that a profile may call."""

    def count(least: int, most: int) -> str:
        return str(least) if least == most else f"{least} to {most}"

    rows = [
        (code(row.name), count(row.minimum, row.maximum), "both ways" if row.write else "read only", row.words)
        for row in FUNCTIONS.values()
    ]
    rows += [(code(row.name), count(row.minimum, row.maximum), "shapes a field", row.words) for row in SPECIAL.values()]
    words = (
        "A function stands behind a bar: `BEG05 | date`. It has two directions, so that a profile reads and writes; what can't be"
        " inverted may stand under `read:` only."
    )
    return page("Mapping functions", words, table(("function", "arguments", "direction", "meaning"), rows))


def faults() -> str:
    """The page of what can be wrong with a document."""
    parts = []
    for level in Level:
        rows = [
            (code(fault.slug), code(fault.ack_code), _tolerated(fault)) for fault in FaultCode if fault.level is level
        ]
        parts += [f"## {level.value.capitalize()}", table(("fault", "acknowledgment", "can be tolerated as"), rows)]
    words = (
        "What is wrong in a document, by the place that it belongs to. `gateway check FILE` shows each fault with its place, its"
        " value and how to put it right. The acknowledgment column is field and code of the TA1 or 997 that reports it; a 999"
        " reports segments and elements as IK3 and IK4 with the same codes."
    )
    return page("Faults", words, *parts)


def _tolerated(fault: FaultCode) -> str:
    return ", ".join(code(row.name) for row in TOLERANCES.values() if fault in row.codes)


def states() -> str:
    """The page of lives: what may happen when."""
    lives: tuple[Life[Any, Any], ...] = (DOCUMENT_LIFE, TRANSMISSION_LIFE, RECEIPT_LIFE, PROMISE_LIFE, LINE_LIFE)
    parts = []
    for life in lives:
        rows = [(", ".join(map(code, row.states)), code(row.event), code(row.to)) for row in life.rows]
        parts += [f"## {life.name.capitalize()}", table(("in one of these states", "this event", "leads to"), rows)]
    steps = [
        (code(step), leg.about.__name__.lower(), "yes" if leg.outside else "", ", ".join(map(code, leg.then)))
        for step, leg in ROUTE.items()
    ]
    return page(
        "States and steps",
        "Each record of the ledger has a state, and a table says which events may follow. What stands in no row may not happen.",
        *parts,
        "## Acknowledgment",
        "Beside its life, each document has a state of acknowledgment: whether the other side could read it. It is one of "
        + ", ".join(code(state) for state in AcknowledgmentState)
        + ".",
        "## Steps",
        table(("step", "works on", "talks to somebody else", "may be followed by"), steps),
    )
