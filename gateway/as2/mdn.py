"""Writes receipts (MDN), signed or not, and says what one holds. Twin of ``mdn_reading``. RFC 4130 7.4, RFC 8098, RFC 6522."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.utils import format_datetime

from gateway.as2.cms.certificates import Identity
from gateway.as2.cms.signing import Scheme
from gateway.as2.cms.verifying import Verified
from gateway.as2.content import Content
from gateway.as2.disposition import Disposition, ModifierKind
from gateway.as2.headers import Headers
from gateway.as2.headers import field as header
from gateway.as2.mic import MIC, digest_of
from gateway.as2.names import write_name
from gateway.as2.packing import Part, boundary, multipart, signed
from gateway.as2.terms import PRODUCT, QUOTE_NAMES, Marks, Terms

_CRLF = b"\r\n"


@dataclass(frozen=True, slots=True)
class MDN:
    """A read receipt: what it says about which message, and who proved to have said it.

    ``signer`` is None for an unsigned one. ``message_id`` and ``original_message_id`` are as received, empty when absent;
    ``mic`` is None when it holds none that can be read. ``text`` is what it tells people, ``fields`` are all fields of its
    report. ``sender`` and ``receiver`` are the AS2 names of its HTTP head, which nothing proves.
    """

    disposition: Disposition
    original_message_id: str
    mic: MIC | None
    signer: Verified | None
    message_id: str = ""
    final_recipient: str = ""
    original_recipient: str = ""
    reporting_ua: str = ""
    text: str = ""
    sender: str = ""
    receiver: str = ""
    fields: Headers = field(default_factory=Headers)

    @property
    def signed(self) -> bool:
        """True when one of the pinned certificates signed it."""
        return self.signer is not None


@dataclass(frozen=True, slots=True)
class ReceiptTerms:
    """How a receipt is written.

    ``sender`` and ``receiver`` are the AS2 names of the receipt: ours first. ``signer`` None leaves it unsigned. ``digest`` is
    that of its signature: best the one that the MIC was asked for with, because that the partner knows.
    """

    sender: str
    receiver: str
    signer: Identity | None = None
    digest: str = "sha256"
    signature: Scheme | None = None
    quirks: frozenset[str] = frozenset()
    product: str = PRODUCT
    version: str = "1.2"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a receipt says. ``original_message_id`` is echoed exactly; ``text`` is for people and ends with the next action."""

    original_message_id: str
    disposition: Disposition
    mic: MIC | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A written receipt: its HTTP headers, Content-Length among them, and its body."""

    headers: Headers
    body: bytes
    message_id: str


def write_mdn(answer: Answer, terms: ReceiptTerms, marks: Marks) -> Written:
    """Write a receipt as multipart/report, inside multipart/signed when there is somebody to sign.

    The same bytes serve as the answer of a request and as the body of a later POST. Raises MalformedMIME for values with line
    breaks, KeyUnusable for a key that doesn't fit.
    """
    mark = boundary(marks)
    report = Part(
        (("Content-Type", f'multipart/report; report-type=disposition-notification; boundary="{mark}"'),),
        multipart(mark, [Content(_text_part(answer)), Content(_notification(answer, terms))]),
    )
    part = report
    if terms.signer:
        content = Content(report.content().read())
        how = Terms(
            terms.sender,
            terms.receiver,
            signer=terms.signer,
            digest=terms.digest,
            signature=terms.signature,
            quirks=terms.quirks,
        )
        part = signed(content, digest_of(content.chunks(), terms.digest), how, marks)
    body = part.body.read()
    always = QUOTE_NAMES in terms.quirks
    fields = [
        ("AS2-Version", terms.version),
        ("AS2-From", write_name(terms.sender, always_quote=always)),
        ("AS2-To", write_name(terms.receiver, always_quote=always)),
        ("Message-ID", marks.message_id),
        ("Date", format_datetime(marks.made_at)),
        ("Mime-Version", "1.0"),
        ("EDIINT-Features", "multiple-attachments"),
        *([("AS2-Product", terms.product)] if terms.version >= "1.3" else []),
        *part.fields,
        ("Content-Length", str(len(body))),
    ]
    return Written(Headers(header(name, value) for name, value in fields), body, marks.message_id)


def _text_part(answer: Answer) -> bytes:
    text = answer.text or default_text(answer)
    lines = "".join(f"{line.rstrip()}\r\n" for line in text.splitlines())
    data = lines.encode("utf-8", "replace")
    encoding = "7bit" if data.isascii() else "8bit"
    head = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + data


def default_text(answer: Answer) -> str:
    """Say in plain words what the receipt means."""
    which = f"The AS2 message with Message-ID {answer.original_message_id}"
    said = answer.disposition
    if said.is_processed:
        return (
            f"{which} has arrived, and its security checks have passed.\n"
            "This is no statement about what the documents in it say. Nothing needs to be done.\n"
        )
    if said.kind is ModifierKind.WARNING:
        return f"{which} has arrived, with this warning: {said.text}.\n"
    return (
        f"{which} was NOT accepted: {said.text or said.type}.\n"
        "Correct the cause, then send it again. Ask us with the Message-ID if the cause is not clear.\n"
    )


def _notification(answer: Answer, terms: ReceiptTerms) -> bytes:
    name = write_name(terms.sender)
    said = answer.disposition
    fields = [
        ("Reporting-UA", terms.product),
        ("Original-Recipient", f"rfc822; {name}"),
        ("Final-Recipient", f"rfc822; {name}"),
        ("Original-Message-ID", answer.original_message_id),
        ("Disposition", str(said)),
    ]
    if answer.mic:
        fields.append(("Received-Content-MIC", str(answer.mic)))
    if said.kind and said.kind is not ModifierKind.NONE:
        fields.append((said.kind.capitalize(), said.text))
    lines = Headers(header(*each) for each in fields).to_bytes()
    encoding = b"7bit" if lines.isascii() else b"8bit"
    head = b"Content-Type: message/disposition-notification\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n"
    return head + lines + _CRLF
