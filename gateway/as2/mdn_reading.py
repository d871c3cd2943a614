"""Reads receipts (MDN), however odd, and proves who signed them. Twin of ``mdn``. Serves RFC 4130 7.4, RFC 8098, RFC 6522.

What is signed and what isn't is told by the layers: only what stands inside the signature counts as signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.as2.cms.enveloping import Random
from gateway.as2.content import NewSpool
from gateway.as2.disposition import parse_disposition
from gateway.as2.errors import MalformedMIME, NotAReceipt
from gateway.as2.headers import MOST_BYTES, Headers, parse_head
from gateway.as2.layers import Opening, Tools
from gateway.as2.mdn import MDN
from gateway.as2.mic import parse_mic
from gateway.as2.mime import Entity, boundary_of, read_entity, split
from gateway.as2.names import read_name
from gateway.as2.slices import Slice
from gateway.as2.terms import ANYTHING, Keys, Policy
from gateway.as2.transfer import decoded
from gateway.as2.unpacking import take_off

LARGEST_RECEIPT = 1 << 24
LONGEST_TEXT = 4000
_NOTIFICATION = ("message/disposition-notification", "message/dispositon-notification")
_FIELDS = re.compile(rb"^(?:disposition|original-message-id|final-recipient)[ \t]*:", re.I | re.M)
_BLANK_LINES = re.compile(rb"(?:\r\n|\n|\r)[ \t]*(?=\r\n|\n|\r)")


@dataclass(frozen=True, slots=True)
class Report:
    """The two parts of a receipt that matter: the fields for programs, the text for people."""

    fields: Headers
    text: str


def read_mdn(
    headers: Headers, body: Slice, keys: Keys, *, random: Random, new_spool: NewSpool, policy: Policy = ANYTHING
) -> MDN:
    """Read a receipt that came as the answer of a request, or later by a request of its own.

    Signed, encrypted, compressed or bare, or with its fields in the HTTP head. Raises NotAReceipt for what is none;
    ForeignSigner, NoSigner, IntegrityCheckFailed and the like when it is signed and nobody we trust can be proved to have
    signed it.
    """
    if len(body) > LARGEST_RECEIPT:
        raise NotAReceipt(f"The answer has {len(body)} bytes, too many for a receipt. Look at what the partner sent.")
    opening = take_off(headers, body, Tools(keys, policy, random, new_spool))
    report = find_report(opening.entity)
    if report is None:
        raise NotAReceipt
    return mdn_in(headers, opening, report)


def looks_like_receipt(headers: Headers, body: Slice) -> bool:
    """Tell from the outside whether this is meant as a receipt, so that one that can't be read isn't answered by another.

    A receipt within encryption can't be told so.
    """
    if "disposition" in headers and "original-message-id" in headers:
        return True
    entity = Entity(headers, body, body)
    for _layer in range(3):
        main = entity.content_type.main
        if main in _NOTIFICATION or main == "multipart/report":
            return True
        if main != "multipart/signed":
            return False
        try:
            entity = read_entity(split(entity.body, boundary_of(entity.content_type, entity.body))[0])
        except MalformedMIME:
            return False
    return False


def find_report(entity: Entity) -> Report | None:
    """Return the report in an entity, or None when it is something else. What tells is the content, not only its type."""
    main = entity.content_type.main
    if main in _NOTIFICATION:
        fields = _fields(entity)
        return Report(fields, "") if fields else None
    if main.startswith("multipart/"):
        return _in_parts(entity)
    if "disposition" in entity.headers and "original-message-id" in entity.headers:
        return Report(entity.headers, _text(entity))  # Some peers send the fields as headers of HTTP.
    return None


def _in_parts(entity: Entity) -> Report | None:
    start = entity.body.at(0, MOST_BYTES)
    if entity.content_type.main != "multipart/report" and b"disposition-notification" not in start.lower():
        return None
    try:
        parts = [read_entity(part) for part in split(entity.body, boundary_of(entity.content_type, entity.body))]
    except MalformedMIME:
        return None
    text = ""
    found: Headers | None = None
    for part in parts:
        if found is None and (part.content_type.main in _NOTIFICATION or _looks_like_fields(part)):
            found = _fields(part)
        elif not text and part.content_type.main in ("", "text/plain", "text/html"):
            text = _text(part)
    return Report(found, text) if found else None


def _looks_like_fields(part: Entity) -> bool:
    """A part without a head of its own may be the fields, or have lost the type that says so."""
    if part.content_type.main not in ("", "text/plain", "application/octet-stream"):
        return False
    return len(set(_FIELDS.findall(part.body.at(0, 4096).lower()))) > 1


def _fields(part: Entity) -> Headers | None:
    """Read the fields; blank lines between groups of them are passed over. None when they hold no disposition."""
    raw = b"".join(decoded(part.body.part(0, MOST_BYTES).chunks(), part.encoding))
    fields = parse_head(_BLANK_LINES.sub(b"", raw.strip(b"\r\n"))[:MOST_BYTES])
    return fields if "disposition" in fields else None


def _text(part: Entity) -> str:
    """Return what a part tells people, at most LONGEST_TEXT characters, without control characters."""
    try:
        raw = b"".join(decoded(part.body.part(0, 4 * LONGEST_TEXT).chunks(), part.encoding))
    except MalformedMIME:
        raw = part.body.at(0, LONGEST_TEXT)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    plain = "".join(sign if sign.isprintable() or sign in "\n\t" else " " for sign in text.replace("\r\n", "\n"))
    return plain.strip()[:LONGEST_TEXT]


def mdn_in(headers: Headers, opening: Opening, report: Report) -> MDN:
    """Return what a report says and who signed it."""
    fields = report.fields
    return MDN(
        disposition=parse_disposition(fields.get("disposition")),
        original_message_id=fields.get("original-message-id"),
        mic=parse_mic(fields.get("received-content-mic")),
        signer=opening.signer,
        message_id=headers.get("message-id"),
        final_recipient=recipient(fields.get("final-recipient")),
        original_recipient=recipient(fields.get("original-recipient")),
        reporting_ua=fields.get("reporting-ua"),
        text=report.text,
        sender=read_name(headers.get("as2-from")),
        receiver=read_name(headers.get("as2-to")),
        fields=fields,
    )


def recipient(value: str) -> str:
    """Return the name in a recipient field, with or without ``rfc822;`` before it."""
    kind, semicolon, name = value.partition(";")
    return read_name(name if semicolon and kind.strip().isalnum() else value)
