"""A specification as Markdown. What a guide says is text of a person: signs that mean something in Markdown are escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gateway.x12.guides.specification import ElementRow, Row, Specification

_SPECIAL = re.compile(r"([\\`*_{}\[\]<#|~&]|^[>+-])")
_FENCE = "```"


def to_markdown(specification: Specification) -> str:
    """Return the whole page."""
    return "\n\n".join(_parts(specification)) + "\n"


def _parts(spec: Specification) -> Iterator[str]:
    yield f"# {_text(spec.title or f'{spec.set_id} {spec.label}')}"
    yield _table(
        ("", ""),
        [
            ("transaction set", f"{spec.set_id} {_text(spec.label)}"),
            ("version", _text(spec.version)),
            ("functional group", spec.group_id),
            *([("guide", _text(spec.name))] if spec.name else []),
            *([("levels (HL03)", " or ".join(spec.levels))] if spec.levels else []),
        ],
    )
    yield "## Segments in order"
    yield _table(("segment", "name", "use", "most", "loop"), [_summary(row) for row in spec.rows])
    if spec.unused:
        yield f"Not used: {', '.join(map(_text, spec.unused))}."
    yield "## Each segment"
    for row in spec.rows:
        yield from _segment(row)
    yield "## Example"
    if spec.faults:
        yield "No document can keep to all of these rules. What is wrong with the nearest one:"
        yield "\n".join(f"- {_text(fault.where)}: {_text(fault.message)}" for fault in spec.faults)
    yield _fenced(spec.example.splitlines())


def _summary(row: Row) -> tuple[str, ...]:
    name = f"{'· ' * row.depth}**{row.name}**"
    loop = f"opens {_text(row.path)}" if row.opens_loop else ""
    return name, _text(row.label), row.loop_use or row.use, row.loop_most or row.most, loop


def _segment(row: Row) -> Iterator[str]:
    yield f"### {_text(row.path)}: {_text(row.label)}"
    if row.opens_loop:
        yield f"Opens the loop {_text(row.path)}: {row.loop_use}, at most {row.loop_most}."
    else:
        yield f"{row.use.capitalize()}, at most {row.most}."
    if row.rules:
        yield _list(row.rules)
    if row.elements:
        columns = ("element", "name", "no.", "holds", "use", "codes and rules")
        yield _table(columns, [_element(element) for element in row.elements])
    if row.notes:
        yield _list(row.notes)
    yield _fenced(row.lines)


def _element(row: ElementRow) -> tuple[str, ...]:
    said = [*row.rules]
    if row.codes:
        said.append(", ".join(f"{code} {meaning}".strip() for code, meaning in row.codes))
    if row.more_codes:
        said.append(f"one of the {row.more_codes} codes of the standard")
    return row.place, _text(row.label), row.number, row.kind, row.use, "<br>".join(map(_text, said))


def _text(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(words.split()))


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {_text(item)}" for item in items)


def _table(columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def _fenced(lines: Iterable[str]) -> str:
    return "\n".join([f"{_FENCE}text", *(line.replace(_FENCE, "'''") for line in lines), _FENCE])
