"""What single AS2 products need that the standard does not say: each has a name, is off by default, and gives something up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quirk:
    """A named deviation of one partner's AS2 product."""

    name: str
    paragraph: str


_ROWS = (
    Quirk(
        "quote-names",
        "AS2-From and AS2-To are always written in quotes, also where no character asks for them. For products that compare the"
        " header with what they have stored, quotes included.",
    ),
    Quirk(
        "no-algorithm-protection",
        "The signed attribute CMSAlgorithmProtection (RFC 6211) is left out. For products that refuse attributes which they don't"
        " know; given up is its protection against another algorithm being slipped in.",
    ),
    Quirk(
        "old-digest-names",
        "`micalg` and the algorithms of a receipt are written `sha256` instead of `sha-256`. For products from before RFC 5751.",
    ),
    Quirk(
        "new-message-id-on-resend",
        "What is sent again gets a new Message-ID. For products that drop a repeated one without an answer; given up is that the"
        " partner tells a repetition by its id.",
    ),
    Quirk(
        "refuse-spaces-in-message-id",
        "A Message-ID with blanks in it is refused, as the standard now asks. Some products put the file name into it, blanks"
        " included, so by default it is taken.",
    ),
    Quirk(
        "transfer-encoding-in-http",
        "Content-Transfer-Encoding is also written as a header of HTTP, where it has no meaning. For products that look for it"
        " there.",
    ),
    Quirk(
        "no-canonical-mic",
        "The MIC is taken over the bytes as sent, with no line ends made equal before. For products that do so with"
        " attachments of text.",
    ),
)

QUIRKS: dict[str, Quirk] = {row.name: row for row in _ROWS}
