"""Functions for texts: the makers of what a profile may call, each with its twin where it has one."""

from __future__ import annotations

from typing import Any

from gateway.mapping.conversions import Way
from gateway.mapping.makers import Tables, count


def pad(arguments: list[str], _tables: Tables) -> Way:
    """Fill a text up to a length when it is written."""
    size, mark = count(arguments[0]), arguments[1] if len(arguments) > 1 else "0"
    if len(mark) != 1:
        raise ValueError(f"pad fills with one character, not {mark!r}")

    def write(value: str) -> str:
        if len(value) > size:
            raise ValueError(f"{value!r} is longer than {size} characters")
        return value.rjust(size, mark)

    return write


def unpad(arguments: list[str], tables: Tables) -> Way:
    """Take the filling off when it is read."""
    pad(arguments, tables)
    mark = arguments[1] if len(arguments) > 1 else "0"
    # Zeros alone are a zero; blanks alone are nothing.
    return lambda value: value.lstrip(mark) or ("0" if mark == "0" else None)


def prefix_read(arguments: list[str], _tables: Tables) -> Way:
    """Take a fixed beginning off."""

    def read(value: str) -> str | None:
        if not value.startswith(arguments[0]):
            raise ValueError(f"{value!r} does not begin with {arguments[0]!r}")
        return value[len(arguments[0]) :] or None

    return read


def replace_read(arguments: list[str], _tables: Tables) -> Way:
    """Put one text for another."""
    old, new = arguments
    if not old:
        raise ValueError("replace needs a text to look for")
    return lambda value: value.replace(old, new) or None


def replace_write(arguments: list[str], _tables: Tables) -> Way:
    """Put the other text back; refuse what could not be told from it."""
    old, new = arguments
    if not old or not new:
        raise ValueError(f"replace({old!r}, {new!r}) can't be inverted: put the expression under read:")

    def write(value: str) -> str:
        text = value.replace(new, old)
        if text.replace(old, new) != value:
            raise ValueError(f"{value!r} holds {old!r}, which can't be told from {new!r} when it is read again")
        return text

    return write


def split(arguments: list[str], _tables: Tables) -> Way:
    """Take one of the parts between marks."""
    mark, place = arguments[0], count(arguments[1])
    if not mark:
        raise ValueError("split needs a mark between the parts")

    def read(value: str) -> str | None:
        parts = value.split(mark)
        return parts[place - 1] or None if place <= len(parts) else None

    return read


def substring(arguments: list[str], _tables: Tables) -> Way:
    """Take some of the characters."""
    first, last = count(arguments[0]), count(arguments[1]) if len(arguments) > 1 else None
    if last is not None and last < first:
        raise ValueError(f"substring runs from the first to the last character, not {first} to {last}")
    return lambda value: value[first - 1 : last] or None


def only(arguments: list[str], _tables: Tables) -> Way:
    """Keep a value if it is one of those named."""
    return lambda value: value if value in arguments else None


def same(value: Any) -> Any:
    """Return a value as it stands."""
    return value


def trimmed(value: str) -> str | None:
    """Return a text without blanks around it, None where nothing is left."""
    return value.strip() or None


def prefix_write(arguments: list[str], _tables: Tables) -> Way:
    """Put a fixed beginning before it."""
    return lambda value: arguments[0] + value
