"""Values as PostgreSQL reads them from the wire: text, but for bytes. Each type has one line here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from psycopg import Binary
from psycopg.types.json import Json
from pydantic_core import to_json

from gateway.ledger.postgres.text import NUL, SHOWN


def encode(values: list[Any]) -> tuple[list[bytes | None], list[int] | None]:
    """Return values as they go over the wire, and the format of each (1: binary); None where all are text."""
    encoded: list[bytes | None] = []
    binary = False
    for value in values:
        kind = type(value)
        if kind is str:  # Most are.
            encoded.append(_text(value))
        elif value is None:
            encoded.append(None)
        else:
            encoded.append((_ENCODERS.get(kind) or _found(kind))(value))
            binary = binary or kind in _BINARY
    return encoded, [int(type(value) in _BINARY) for value in values] if binary else None


def _text(value: str) -> bytes:
    # A character that UTF-8 does not know is refused here as the driver refuses it: UnicodeEncodeError.
    return (value.replace(NUL, SHOWN) if NUL in value else value).encode()


def _array(values: list[Any]) -> bytes:
    shown = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return _text("{" + ",".join(f'"{each}"' for each in shown) + "}")


_BINARY = (bytes, Binary)
_ENCODERS: dict[type[Any], Callable[[Any], bytes]] = {
    str: _text,
    bytes: bytes,
    Binary: lambda value: bytes(value.obj),
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: str(value).encode(),
    float: lambda value: repr(value).encode(),
    Decimal: lambda value: str(value).encode(),
    datetime: lambda value: value.isoformat().encode(),
    date: lambda value: value.isoformat().encode(),
    list: _array,
    Json: lambda value: to_json(value.obj),  # As `engine` writes it for everybody else.
}


def _found(kind: type[Any]) -> Callable[[Any], bytes]:
    """Return what writes values of a type that has no line: what it is a kind of (an enum of strings is a string) has one."""
    for each in kind.__mro__:
        if each in _ENCODERS:
            return _ENCODERS.setdefault(kind, _ENCODERS[each])
    raise TypeError(f"no value of type {kind.__name__} is stored; give it a line in _ENCODERS")
