"""Reads and writes header values with parameters, such as Content-Type. Knows the syntax, not the types.

Serves RFC 2045 5.1, RFC 2231 (charset, language and continuations) and RFC 6266. Read tolerant: missing and doubled quotes,
blanks around the equals sign, a quote that never closes, and a whole value within quotes.
"""

from __future__ import annotations

import re
from functools import lru_cache

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.S)
_ESCAPED = re.compile(r"\\(.)", re.S)
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_MOST_PIECES = 100


class Value:
    """A value before its first semicolon, in lower case, and the parameters behind it by their names in lower case."""

    __slots__ = ("main", "parameters")

    def __init__(self, main: str, parameters: dict[str, str]) -> None:
        self.main, self.parameters = main, parameters

    def get(self, name: str, default: str = "") -> str:
        """Return a parameter's value, decoded; else ``default``."""
        return self.parameters.get(name, default)


@lru_cache(maxsize=512)
def parse_value(text: str) -> Value:
    """Read ``main; name=value; ...``. Never fails: what can't be read is left out. A value wholly in quotes is opened."""
    text = text.strip()
    if len(text) > 1 and text[0] == '"' and ("/" in text.split(";")[0] or ";" in text):
        # Some peers put the whole value into quotes, whether or not they escape those within.
        text = text[1:-1] if text[-1] == '"' else text[1:]
        if '\\"' in text:
            text = text.replace('\\"', '"')
    main, semicolon, rest = text.partition(";")
    parameters: dict[str, str] = {}
    if semicolon:
        parameters = _joined(_pieces(rest))
    return Value(main.strip().lower(), parameters)


def _pieces(rest: str) -> dict[str, str]:
    """Read name=value; ... by finding the next sign that matters: no pattern that could try a long value in many ways."""
    pieces: dict[str, str] = {}
    at = 0
    for _count in range(_MOST_PIECES):
        equals, end = rest.find("=", at), rest.find(";", at)
        if equals < 0:
            break
        if 0 <= end < equals:
            at = end + 1
            continue
        name = rest[at:equals].strip().strip('"').lower()
        value, at = _value(rest, equals + 1)
        if name:
            pieces.setdefault(name, value)
        if at == 0:
            break
    return pieces


def _value(rest: str, at: int) -> tuple[str, int]:
    """Read the value that begins at ``at``; return it and where the next parameter begins, 0 when there is none."""
    while at < len(rest) and rest[at].isspace():
        at += 1
    quoted = _QUOTED.match(rest, at)
    if quoted is None:
        end = rest.find(";", at)
        return rest[at : end if end >= 0 else None].strip(), end + 1
    end = rest.find(";", quoted.end())
    value = quoted.group(1)
    between = rest[quoted.end() : end if end >= 0 else None]
    if not value and between.strip():
        # ""name"" instead of "name": what stands between the doubled quotes is the value.
        return between.strip().strip('"'), end + 1
    return _ESCAPED.sub(r"\1", value) if "\\" in value else value, end + 1


def _joined(pieces: dict[str, str]) -> dict[str, str]:
    """Join name*0, name*1* and decode name*; an extended value counts more than a plain one beside it (RFC 6266 4.3)."""
    if not any("*" in name for name in pieces):
        return pieces
    joined = {name: value for name, value in pieces.items() if "*" not in name}
    continued: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, value in pieces.items():
        base, star, rest = name.partition("*")
        if not star:
            continue
        extended = rest == "" or rest.endswith("*")
        number = rest.rstrip("*") or "0"
        if base and number.isascii() and number.isdigit() and len(number) < 4:
            continued.setdefault(base, {})[int(number)] = (value, extended)
    for base, parts in continued.items():
        joined[base] = _decoded([parts[number] for number in sorted(parts)])
    return joined


def _decoded(parts: list[tuple[str, bool]]) -> str:
    charset = "utf-8"
    first, extended = parts[0]
    if extended and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        parts = [(first, True), *parts[1:]]
    raw = b""
    for value, encoded in parts:
        data = value.encode("utf-8", "surrogateescape")
        raw += _PERCENT.sub(lambda match: bytes([int(match.group(1), 16)]), data) if encoded else data
    try:
        return raw.decode(charset or "utf-8")
    except (LookupError, UnicodeError, ValueError):
        return raw.decode("latin-1")


def quoted(value: str) -> str:
    """Write a quoted string: quotes and backslashes are escaped."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def parameter(name: str, value: str, *, always_quote: bool = True) -> str:
    """Write ``name="value"``; beyond ASCII it is ``name*=UTF-8''...`` with percent signs (RFC 2231 4)."""
    if not value.isascii():
        encoded = "".join(
            chr(byte) if (chr(byte).isalnum() and byte < 128) or byte in b"-._~" else f"%{byte:02X}"
            for byte in value.encode("utf-8", "surrogatepass")
        )
        return f"{name}*=UTF-8''{encoded}"
    if not always_quote and _TOKEN.fullmatch(value):
        return f"{name}={value}"
    return f"{name}={quoted(value)}"
