"""What the functions of the profile language are made with: tables and arguments in, the way of one direction out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from gateway.mapping.conversions import Way
from gateway.mapping.tables import Table

Tables: TypeAlias = Mapping[str, Table]
Maker: TypeAlias = Callable[[list[str], Tables], Way]


def always(way: Way) -> Maker:
    """Make a maker for a function without arguments."""
    return lambda _arguments, _tables: way


def count(text: str, lowest: int = 1) -> int:
    """Read an argument that is a whole number; raise ValueError."""
    if not text.isascii() or not text.isdigit() or int(text) < lowest:
        raise ValueError(f"{text!r} is no whole number from {lowest} upward")
    return int(text)
