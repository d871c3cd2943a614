"""Says in plain words what a message was found to be, or why it could not be opened, and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.as2.errors import (
    AlgorithmNotAllowed,
    AS2Error,
    DecompressionFailed,
    DecryptionFailed,
    ForeignSigner,
    InsufficientMessageSecurity,
    IntegrityCheckFailed,
    InvalidMessageID,
    MalformedCMS,
    MalformedMIME,
    NoSigner,
    NotAReceipt,
    NotARecipient,
    SignatureInvalid,
    UnsupportedMICAlgorithms,
)
from gateway.as2.mdn import MDN
from gateway.as2.message import Unpacked
from gateway.as2.mic import Form
from gateway.as2.names import read_name

_SHOWN = 120  # Characters of a header or a text of strangers on one line.

# The nearest class counts. What our own people can do, where the words of the error are for the partner.
_ADVICE: dict[type[AS2Error], str] = {
    NotARecipient: "Compare the partner's copy of our certificate with: gateway cert list. It must be an active or retiring one.",
    DecryptionFailed: "Ask the partner to send again; when that fails too, compare certificates and try another cipher.",
    ForeignSigner: "Ask the partner by another way whether the certificate is new, and then: gateway cert import.",
    NoSigner: "The signature is empty. Ask the partner to check the signing settings; never accept such a message by hand.",
    SignatureInvalid: "The certificate fits, its key doesn't. Ask the partner whether the key was made anew, and import it.",
    IntegrityCheckFailed: "Something changed the bytes on their way: look for a proxy or a text conversion, then ask anew.",
    DecompressionFailed: "Ask the partner to send again without compression, and keep the raw request for its support.",
    AlgorithmNotAllowed: "Ask for a better algorithm, or name the old one under channels.as2.receive.legacy of the partner.",
    InsufficientMessageSecurity: "Ask the partner to change its settings, or change channels.as2.receive of the partner.",
    UnsupportedMICAlgorithms: "Ask the partner to ask for a receipt with sha-256.",
    InvalidMessageID: "Ask the partner to send a Message-ID such as <20261121-0001@their.example>.",
    NotAReceipt: "Look at the first lines of the body: an HTML page or a login form there means a wrong address.",
    MalformedCMS: "Check that the file is whole and was not stored as text, then ask for it again.",
    MalformedMIME: "Check that the file holds the HTTP head too, is whole and was not stored as text.",
    AS2Error: "Keep the raw request, and ask the partner to send again.",
}


def explain(found: Unpacked | AS2Error) -> list[str]:
    """Return lines for a person: what was sent, layer by layer, who signed, the MIC; or why not. The last one is what to do."""
    if isinstance(found, AS2Error):
        return list(_error(found))
    if found.mdn is not None:
        return [*_layers(found), *_receipt(found.mdn)]
    return list(_message(found))


def _line(label: str, value: str) -> str:
    plain = "".join(sign if sign.isprintable() else "?" for sign in value)
    return f"{label + ':':<14}{plain if len(plain) <= _SHOWN else plain[: _SHOWN - 3] + '...'}"


def _error(error: AS2Error) -> Iterator[str]:
    for number, layer in enumerate(error.layers, start=1):
        yield _line(f"layer {number}", layer)
    yield f"{'failed:':<14}{error.detail}"
    yield _line("code", error.code)
    yield _line("disposition", error.disposition)
    yield _line("partner reads", error.public)
    yield f"{'to do:':<14}{_advice(error)}"


def _advice(error: AS2Error) -> str:
    return next(_ADVICE[kind] for kind in type(error).__mro__ if kind in _ADVICE)


def _layers(found: Unpacked) -> Iterator[str]:
    for name in ("AS2-From", "AS2-To"):
        yield _line(name, read_name(found.headers.get(name)) or "(absent)")
    yield _line("Message-ID", found.message_id or "(absent)")
    if not found.layers:
        yield _line("layers", "none: neither encrypted nor signed nor compressed")
    for number, layer in enumerate(found.layers, start=1):
        yield _line(f"layer {number}", str(layer))
    if found.signer:
        yield _line("signer", found.signer.certificate.subject)
        yield _line("fingerprint", found.signer.certificate.fingerprint)
        if found.signer.signed_at:
            yield _line("signed at", found.signer.signed_at.isoformat())
        yield _line("signed form", found.opening.form or Form.AS_SENT)
    for warning in found.warnings:
        yield _line("warning", warning)


def _message(found: Unpacked) -> Iterator[str]:
    yield from _layers(found)
    for form, mic in found.mics.items():
        same = " (in the receipt)" if mic == found.mic else ""
        yield f"{'MIC:':<14}{mic}  {form}{same}"
    for number, payload in enumerate(found.payloads, start=1):
        kind = payload.content_type or "no content type"
        yield _line(f"payload {number}", f"{payload.filename or '(no name)'}, {len(payload.body)} bytes, {kind}")
    request = found.request
    if request is None:
        yield _line("receipt", "none is asked for")
    else:
        how = "signed" if request.signed else "unsigned"
        where = f"later, to {request.url}" if request.url else "in the answer"
        yield _line("receipt", f"{how}, {where}")
    missing = [word for word, done in (("signed", found.signed), ("encrypted", found.encrypted)) if not done]
    if missing:
        lacking = " and not ".join(missing)
        yield f"{'to do:':<14}It is not {lacking}. Ask the partner for that unless the agreement says otherwise."
    else:
        yield f"{'to do:':<14}Nothing: it could be opened, and a certificate that we pinned has signed it."


def _receipt(mdn: MDN) -> Iterator[str]:
    yield _line("receipt for", mdn.original_message_id or "(no message)")
    yield _line("disposition", str(mdn.disposition))
    yield _line("MIC", str(mdn.mic) if mdn.mic else "none")
    if mdn.text:
        yield _line("text", " ".join(mdn.text.split()))
    if mdn.signed:
        yield f"{'to do:':<14}Compare its MIC and Message-ID with those of the message sent: gateway trace."
    else:
        yield f"{'to do:':<14}It is not signed and proves nothing by itself. Ask the partner for signed receipts."
