"""Reads and writes AS2 names, Message-IDs and file names as peers really spell them. Knows no partner.

Serves RFC 4130 6.2 (AS2-From and AS2-To, case-sensitive), RFC 4130 5.3.3 and rfc4130bis (Message-ID), RFC 2183 2.3 (file
names).
"""

from __future__ import annotations

import re

from gateway.as2.errors import InvalidMessageID
from gateway.as2.parameters import Value, parse_value

LONGEST_NAME = 128
LONGEST_MESSAGE_ID = 998  # A line of RFC 5322; two more would be its CRLF.

_ESCAPED = re.compile(r'\\(["\\])')
_NEEDS_QUOTES = re.compile(r'[\s"\\;]|[^!-~]')
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_PATH = 2048
_PATH = re.compile(r"[/\\]")


def read_name(value: str) -> str:
    """Return the name in AS2-From or AS2-To: without quotes and outer blanks, case as sent, escapes undone.

    A semicolon behind the closing quote is dropped; any other stays, because it may belong to the name (see ``readings``).
    """
    value = value.strip(" \t")
    if len(value) > 2 and value[0] == '"' and value.endswith('";'):
        value = value[:-1]
    if len(value) > 1 and value[0] == '"' and value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value


def readings(value: str) -> tuple[str, ...]:
    """Return every name that ``value`` may mean, likeliest first: as read, without a trailing ``;``, in the other charset."""
    name = read_name(value)
    found = [name]
    if name.endswith(";"):
        found.append(name[:-1].rstrip())
    if not name.isascii():
        found += [other for each in list(found) for other in _other_charset(each)]
    return tuple(dict.fromkeys(found))


def _other_charset(name: str) -> tuple[str, ...]:
    try:
        return (name.encode("utf-8").decode("latin-1"),)
    except UnicodeError:
        return ()


def write_name(name: str, *, always_quote: bool = False) -> str:
    """Write an AS2 name: in quotes where it holds blanks, quotes, backslashes, semicolons or non-ASCII, or when told so."""
    if always_quote or _NEEDS_QUOTES.search(name) or not name:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return name


def read_message_id(value: str, *, strict: bool = False) -> str:
    """Return a Message-ID exactly as received, without outer blanks; with ``strict`` one with blanks inside is refused.

    Neither ``@`` nor angle brackets are needed. Raises InvalidMessageID when it is empty, longer than 998 characters or holds
    control characters.
    """
    value = value.strip(" \t")
    if not value or value == "<>":
        raise InvalidMessageID("The message has no Message-ID. Send one that is new for each message.")
    if len(value) > LONGEST_MESSAGE_ID:
        raise InvalidMessageID(f"The Message-ID has {len(value)} characters. Send one of at most {LONGEST_MESSAGE_ID}.")
    if _CONTROL.search(value):
        raise InvalidMessageID("The Message-ID holds control characters. Send one of printable characters.")
    if strict and (" " in value):
        raise InvalidMessageID("The Message-ID holds a blank. Send one without blanks.")
    return value


def same_message_id(one: str, other: str) -> bool:
    """Tell whether two Message-IDs are the same but for outer blanks and angle brackets, which peers add and drop."""
    return _core(one) == _core(other) != ""


def _core(value: str) -> str:
    value = "".join(value.split())  # A peer that folds a long id leaves a blank where it did.
    return value[1:-1] if value[:1] == "<" and value[-1:] == ">" else value


def find_filename(disposition: str, content_type: str) -> str | None:
    """Return the file name that Content-Disposition gives, else the ``name`` of Content-Type; safe to show, never a path."""
    for value in (_parameter(disposition, "filename"), _parameter(content_type, "name")):
        name = safe_filename(value)
        if name:
            return name
    return None


def _parameter(value: str, name: str) -> str:
    if not value:
        return ""
    read: Value = parse_value(value)
    return read.get(name) or (parse_value("attachment; " + value).get(name) if "=" in read.main else "")


def safe_filename(value: str) -> str:
    """Return the last part of a path without control characters and outer quotes and blanks; empty when nothing is left.

    ``..`` and ``.`` are no names. At most 255 characters are kept, its extension among them.
    """
    name = _trimmed(_PATH.split(_CONTROL.sub("", _trimmed(value[-_LONGEST_PATH:])))[-1])
    if name.strip(". ") == "":
        return ""
    if len(name) > 255:
        stem, dot, extension = name.rpartition(".")
        name = stem[: 254 - len(extension)] + dot + extension if dot and len(extension) < 20 else name[:255]
        name = _trimmed(name)
    return name


def _trimmed(name: str) -> str:
    """Take blanks and quotes off both ends, however they are mixed."""
    while (shorter := name.strip().strip('"')) != name:
        name = shorter
    return name
