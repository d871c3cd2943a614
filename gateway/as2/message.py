"""Packs and unpacks AS2 messages: bytes in, bytes out. Knows no clock, chance, file or socket; all of that is handed in.

``pack`` and ``unpack`` are twins; a receipt is told from a message by what it holds, also within encryption (``Unpacked.mdn``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from gateway.as2.cms.enveloping import Random
from gateway.as2.cms.verifying import Verified
from gateway.as2.content import NewSpool, Sink
from gateway.as2.errors import InsufficientMessageSecurity, MalformedMIME, SenderEqualsReceiver, UnsupportedFormat
from gateway.as2.headers import Headers
from gateway.as2.layers import Layer, Opening, Tools
from gateway.as2.mdn import MDN
from gateway.as2.mdn_reading import find_report, mdn_in
from gateway.as2.mic import MIC, Form, spelled
from gateway.as2.mime import Entity, boundary_of, read_entity, split
from gateway.as2.names import find_filename, read_message_id, read_name
from gateway.as2.packing import Packed, pack
from gateway.as2.receipt_request import ReceiptRequest, read_receipt_request
from gateway.as2.slices import Slice
from gateway.as2.terms import (
    NO_CANONICAL_MIC,
    REFUSE_SPACES_IN_MESSAGE_ID,
    Keys,
    Marks,
    Payload,
    Policy,
    Terms,
)
from gateway.as2.transfer import decoded, is_encoded
from gateway.as2.unpacking import take_off

__all__ = ["Keys", "Marks", "Packed", "Payload", "Policy", "Terms", "Unpacked", "pack", "unpack"]

_NESTED = 4  # Multiparts within multiparts around attachments.


@dataclass(frozen=True)
class Unpacked:
    """A message that keeps the policy: what it carried, who signed it, and what its receipt must say.

    ``payloads`` are empty and ``mdn`` is set when it was a receipt; the policy is about messages and doesn't touch receipts.
    ``request`` is the receipt asked for, None for none. The slices live as long as the body and the spools that were made.
    """

    headers: Headers
    message_id: str
    payloads: tuple[Payload, ...]
    opening: Opening
    request: ReceiptRequest | None
    mic: MIC
    mdn: MDN | None = None

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What was taken off, outermost first; each prints for people."""
        return self.opening.layers

    @property
    def signer(self) -> Verified | None:
        """Who signed, proved by a pinned certificate; None when it was not signed."""
        return self.opening.signer

    @property
    def signed(self) -> bool:
        """True when one of the pinned certificates signed it."""
        return self.opening.signer is not None

    @property
    def encrypted(self) -> bool:
        """True when it was encrypted."""
        return self.opening.encrypted

    @property
    def compressed(self) -> bool:
        """True when it was compressed."""
        return self.opening.compressed

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is odd and was let pass."""
        return self.opening.warnings

    @property
    def filename(self) -> str | None:
        """The file name of the first payload, safe to use as a name."""
        return self.payloads[0].filename if self.payloads else None

    @cached_property
    def mics(self) -> dict[Form, MIC]:
        """The MIC in each of the forms in which peers take it, for people who look why two differ."""
        return {form: self.opening.hashed.mic(self.mic.algorithm, self.mic.spelling, form) for form in Form}


def unpack(
    headers: Headers,
    body: Slice,
    keys: Keys,
    policy: Policy,
    *,
    random: Random,
    new_spool: NewSpool,
) -> Unpacked:
    """Unpack a message that came with these HTTP headers and this body.

    ``new_spool`` is called for what is larger than 256 KiB; who made the spools closes them, after an error too. Raises an
    AS2Error with its disposition for whatever can't be opened, isn't signed by a pinned certificate, or doesn't keep the
    policy; UnsupportedMICAlgorithms and UnsupportedFormat for a receipt that we can't give as asked. A receipt is returned
    with ``mdn``; one whose signature is not proved raises too.
    """
    tools = Tools(keys, policy, random, new_spool)
    opening = take_off(headers, body, tools)
    report = find_report(opening.entity)
    if report is not None:
        mdn = mdn_in(headers, opening, report)
        mic = opening.hashed.mic(policy.mic)
        return Unpacked(headers, mdn.message_id, (), opening, None, mic, mdn)
    message_id = read_message_id(headers.get("message-id"), strict=REFUSE_SPACES_IN_MESSAGE_ID in policy.quirks)
    if headers.get("as2-from") and read_name(headers.get("as2-from")) == read_name(headers.get("as2-to")):
        raise SenderEqualsReceiver
    _check(opening, policy)
    request = read_receipt_request(headers)
    mic = _mic(opening, request, policy)
    payloads = tuple(_payloads(opening.entity, headers, tools.sink))
    return Unpacked(headers, message_id, payloads, opening, request, mic)


def _check(opening: Opening, policy: Policy) -> None:
    """Refuse what is less protected than was agreed, and name all that is missing."""
    lacking = []
    if policy.signed and opening.signer is None:
        lacking.append("signed")
    if policy.encrypted and not opening.encrypted:
        lacking.append("encrypted")
    if policy.compressed == "required" and not opening.compressed:
        lacking.append("compressed")
    if lacking:
        raise InsufficientMessageSecurity(
            f"The message is not {' and not '.join(lacking)}, as the agreement asks."
            " Ask the partner to change its settings, or change the agreement."
        )
    if policy.compressed == "refused" and opening.compressed:
        raise UnsupportedFormat(
            "The message is compressed, which the agreement refuses."
            " Ask the partner not to compress, or change the agreement."
        )


def _mic(opening: Opening, request: ReceiptRequest | None, policy: Policy) -> MIC:
    """Take the MIC that the receipt must hold: by the algorithm asked for, else that of the signature, over what was signed."""
    default = opening.signer.digest if opening.signer else policy.mic
    if request is None:
        algorithm, spelling = default, spelled(default)
    else:
        algorithm, spelling = request.choose_mic(policy.digests, default)
    form = Form.AS_SENT if NO_CANONICAL_MIC in policy.quirks else opening.form or Form.AS_SENT
    proved = opening.signer
    if proved and proved.digest == algorithm and form is opening.form:
        return MIC(proved.digest_value, algorithm, spelling)
    return opening.hashed.mic(algorithm, spelling, form)


def _payloads(entity: Entity, headers: Headers, sink: Callable[[], Sink], depth: int = 0) -> Iterator[Payload]:
    """Give every payload: the parts of a multipart, else the entity itself, each without transfer encoding."""
    kind = entity.content_type
    if kind.main.startswith("multipart/") and depth < _NESTED:
        try:
            parts = split(entity.body, boundary_of(kind, entity.body))
        except MalformedMIME:
            parts = []  # The type is wrong, which happens; what was signed is still one payload.
        if parts:
            for part in parts:
                yield from _payloads(read_entity(part), Headers(), sink, depth + 1)
            return
    body = entity.body
    if is_encoded(entity.encoding):
        body = sink().take(decoded(body.chunks(), entity.encoding))
    yield Payload(body, entity.filename or _outer_name(headers), entity.headers.get("content-type"))


def _outer_name(headers: Headers) -> str | None:
    """Return the file name of the HTTP head, where some peers put that of the payload; not one that stands for a layer."""
    name = find_filename(headers.get("content-disposition"), "")
    return None if name is None or name.lower().startswith("smime.p7") else name
