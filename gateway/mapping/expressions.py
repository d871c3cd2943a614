"""Reads what stands behind a field name: ``BEG02 | code(order_type) or 'NE'``, conditions: ``BEG02 = SA|NE``, and lists."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.x12.path import Path as SetPath
from gateway.x12.path import parse

_CALL = re.compile(r"([a-z_]+)(?:\((.*)\))?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expression:
    """A path or a literal, and the functions behind it."""

    text: str
    path: SetPath | None
    literal: str | None
    calls: tuple[Call, ...]

    def call(self, name: str) -> Call | None:
        """Return the call of that function, if there is one."""
        return next((call for call in self.calls if call.name == name), None)


@dataclass(frozen=True, slots=True)
class Condition:
    """``path = value``: a reading happens only when it holds."""

    path: SetPath
    values: tuple[str, ...]
    negated: bool


def read_expressions(text: str) -> tuple[Expression, ...]:
    """Read alternatives: ``BEG02 | code(order_type) or 'NE'``. Raises ValueError or PathError."""
    return tuple(_expression(part.strip()) for part in _split(text, " or "))


def read_places(text: str) -> tuple[SetPath, ...]:
    """Read what a list runs over: ``N9? or L11?`` is the first of these that the set has. Raises ValueError or PathError."""
    return tuple(parse(part) for part in _split(text, " or "))


def _expression(text: str) -> Expression:
    source, *pipes = (part.strip() for part in _split(text, "|"))
    calls = tuple(_call(pipe) for pipe in pipes)
    if len(source) >= 2 and source[0] == source[-1] == "'":
        if source == "''":
            raise ValueError("an empty literal says nothing; leave the field out")
        return Expression(text, None, source[1:-1], calls)
    if not source:
        raise ValueError("a path or a literal such as 'EA' stands here")
    return Expression(text, parse(source), None, calls)


def _call(text: str) -> Call:
    match = _CALL.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no function; write name or name(arguments)")
    arguments = [part.strip() for part in _split(match[2], ",")] if match[2] else []
    return Call(match[1], tuple(_unquoted(argument) for argument in arguments))


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) >= 2 and text[0] == text[-1] == "'" else text


def _split(text: str, mark: str) -> list[str]:
    """Split at ``mark`` outside of quotes, brackets and parentheses."""
    parts, depth, quoted, start, index = [], 0, False, 0, 0
    while index < len(text):
        letter = text[index]
        if letter == "'":
            quoted = not quoted
        elif not quoted and letter in "[(":
            depth += 1
        elif not quoted and letter in "])":
            depth -= 1
        elif not quoted and not depth and text.startswith(mark, index):
            parts.append(text[start:index])
            index += len(mark)
            start = index
            continue
        index += 1
    if quoted or depth:
        raise ValueError(f"{text!r} has an open quote or bracket")
    return [*parts, text[start:]]


def read_condition(text: str) -> Condition:
    """Read a condition: ``BEG02 = SA|NE``. Raises ValueError or PathError."""
    mark = next((mark for mark in ("!=", "=") if len(_split(text, mark)) == 2), "")
    if not mark:
        raise ValueError(f"a condition reads PATH = value, not {text!r}")
    left, right = (part.strip() for part in _split(text, mark))
    values = tuple(_unquoted(part.strip()) for part in _split(right, "|"))
    if not left or not all(values):
        raise ValueError(f"a condition reads PATH = value, not {text!r}")
    return Condition(parse(left), values, mark == "!=")
