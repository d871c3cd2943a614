"""The disposition of a receipt: action mode, sending mode, type and modifier. Serves RFC 4130 7.4.3 and RFC 8098 3.2.6."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T", bound=StrEnum)


class ActionMode(StrEnum):
    """Who caused the disposition."""

    AUTOMATIC = "automatic-action"
    MANUAL = "manual-action"


class SendingMode(StrEnum):
    """Who sent the receipt."""

    AUTOMATIC = "MDN-sent-automatically"
    MANUAL = "MDN-sent-manually"


class DispositionType(StrEnum):
    """What became of the message. The last four are those of mail, which some peers answer with."""

    PROCESSED = "processed"
    FAILED = "failed"
    DISPLAYED = "displayed"
    DELETED = "deleted"
    DISPATCHED = "dispatched"
    DENIED = "denied"


class ModifierKind(StrEnum):
    """How grave the modifier is. ``none`` where there is no modifier."""

    NONE = ""
    WARNING = "warning"
    ERROR = "error"
    FAILURE = "failure"


class Modifier(StrEnum):
    """The texts behind ``error:``, ``failure:`` and ``warning:`` that the standards know."""

    DECRYPTION_FAILED = "decryption-failed"
    DECOMPRESSION_FAILED = "decompression-failed"
    AUTHENTICATION_FAILED = "authentication-failed"
    INTEGRITY_CHECK_FAILED = "integrity-check-failed"
    INSUFFICIENT_MESSAGE_SECURITY = "insufficient-message-security"
    UNEXPECTED_PROCESSING_ERROR = "unexpected-processing-error"
    UNKNOWN_TRADING_RELATIONSHIP = "unknown-trading-relationship"
    INVALID_MESSAGE_ID = "invalid-message-id"
    DUPLICATE_FILENAME = "duplicate-filename"
    ILLEGAL_FILENAME = "illegal-filename"
    SENDER_EQUALS_RECEIVER = "sender-equals-receiver"
    UNSUPPORTED_FORMAT = "unsupported format"
    UNSUPPORTED_MIC_ALGORITHMS = "unsupported MIC-algorithms"
    DUPLICATE_DOCUMENT = "duplicate-document"


_KNOWN = {member.value.replace("-", " ").casefold(): member for member in Modifier}
_LONGEST = 2000
_KIND = re.compile(r"([A-Za-z]+)\s*[:;,]?\s*(.*)", re.S)


@dataclass(frozen=True, slots=True)
class Disposition:
    """What became of a message: type, kind of modifier, and the modifier's text as sent, empty where there is none.

    ``kind`` is None for a kind that no standard names; then ``text`` is all that stands behind the slash.
    """

    type: DispositionType | None
    kind: ModifierKind | None = ModifierKind.NONE
    text: str = ""
    action: str = ActionMode.AUTOMATIC
    sending: str = SendingMode.AUTOMATIC

    @property
    def modifier(self) -> Modifier | None:
        """The known modifier that the text means, in any spelling of case, dashes and blanks; else None."""
        return _KNOWN.get(" ".join(self.text.replace("-", " ").replace("_", " ").casefold().split()))

    @property
    def is_processed(self) -> bool:
        """True for ``processed`` without modifier; ``displayed`` and ``dispatched``, which some peers send, count too."""
        good = (DispositionType.PROCESSED, DispositionType.DISPLAYED, DispositionType.DISPATCHED)
        return self.type in good and self.kind is ModifierKind.NONE

    def __str__(self) -> str:
        """Write it as the value of the field, such as ``automatic-action/MDN-sent-automatically; processed``."""
        said = f"{self.action}/{self.sending}; {self.type or 'processed'}"
        if self.kind is ModifierKind.NONE or (self.kind is None and not self.text):
            return said
        return f"{said}/{self.kind}: {self.text}" if self.kind else f"{said}/{self.text}"


PROCESSED = Disposition(DispositionType.PROCESSED)


def parse_disposition(value: str) -> Disposition:
    """Read the value of a Disposition field in any case and with any blanks. Never fails: an unknown type is None.

    ``Automatic-action/mdn-sent-automatically;processed`` and a bare ``processed`` read alike. A modifier without a kind
    (``processed/decryption-failed``) is an error, because nothing that a peer says behind the slash may count as delivered.
    """
    mode, semicolon, rest = value[:_LONGEST].partition(";")
    if not semicolon:
        mode, rest = "", mode
    action, _, sending = mode.partition("/")
    word, _, modifier = rest.partition("/")
    found = _member(DispositionType, word)
    kind, text = _modifier(modifier.strip()) if found else (None, rest.strip())
    return Disposition(found, kind, text, action.strip(), sending.strip())


def _modifier(said: str) -> tuple[ModifierKind | None, str]:
    if not said:
        return ModifierKind.NONE, ""
    match = _KIND.fullmatch(said)
    if match:
        kind = _member(ModifierKind, match.group(1))
        behind = said[match.end(1) :].lstrip()
        if kind and (not behind or behind[0] in ":;," or behind[0].isspace()):
            return kind, match.group(2).strip()
    return None, said


def _member(kind: type[T], word: str) -> T | None:
    low = word.strip().casefold()
    return next((member for member in kind if member.value and member.value.casefold() == low), None)


def disposition_of(type_and_modifier: str) -> Disposition:
    """Return the disposition that an error of ours stands for, given as ``processed/error: decryption-failed``."""
    return parse_disposition(f"{ActionMode.AUTOMATIC}/{SendingMode.AUTOMATIC}; {type_and_modifier}")
