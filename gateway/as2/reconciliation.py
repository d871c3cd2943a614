"""Holds a receipt against what was sent. Never says delivered unless everything that was asked for is there. RFC 4130 7.4.3."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.as2.disposition import DispositionType, ModifierKind
from gateway.as2.mdn import MDN
from gateway.as2.mic import MIC, spelled
from gateway.as2.names import same_message_id


class Verdict(StrEnum):
    """What a receipt is worth."""

    DELIVERED = "delivered"
    DELIVERED_WITH_WARNING = "delivered-with-warning"
    ERROR = "error"
    FAILED = "failed"
    MIC_DIFFERS = "mic-differs"
    MIC_MISSING = "mic-missing"
    MIC_OTHER_ALGORITHM = "mic-other-algorithm"
    UNSIGNED = "unsigned"
    NOT_OURS = "not-ours"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was kept of a message that we sent: its id, the MICs that its receipt may hold, and whether that was to be signed."""

    message_id: str
    mics: tuple[MIC, ...]
    signed_receipt: bool = True


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The verdict, and in plain words why, with what to do next."""

    verdict: Verdict
    text: str

    @property
    def delivered(self) -> bool:
        """True when the partner has the very bytes that we sent, with or without a warning."""
        return self.verdict in (Verdict.DELIVERED, Verdict.DELIVERED_WITH_WARNING)


def reconcile(sent: Sent, mdn: MDN) -> Reconciliation:
    """Judge a receipt whose signer was proved, if it has one. A receipt for another message is never ours, whoever signed it."""
    if not same_message_id(sent.message_id, mdn.original_message_id):
        named = f"for {mdn.original_message_id}" if mdn.original_message_id else "for no message"
        return Reconciliation(
            Verdict.NOT_OURS,
            f"The receipt is {named}, not for {sent.message_id}. Keep waiting for ours; ask the partner when none comes.",
        )
    bad = _refusal(mdn)
    if sent.signed_receipt and not mdn.signed:
        says = f" It says: {bad.text}" if bad else ""
        return Reconciliation(
            Verdict.UNSIGNED,
            f"The receipt is not signed, although we asked for that, so it proves nothing.{says}"
            " Ask the partner to sign its receipts, or agree on unsigned ones.",
        )
    return bad or _with_mic(sent, mdn)


def _refusal(mdn: MDN) -> Reconciliation | None:
    """Return the verdict on a disposition that is no success; None for success, with or without warning."""
    said = mdn.disposition
    if said.is_processed or (said.type is DispositionType.PROCESSED and said.kind is ModifierKind.WARNING):
        return None
    failed = said.type is DispositionType.FAILED or said.kind is ModifierKind.FAILURE
    words = f'"{str(said).partition("; ")[2]}"' if said.type else f"a disposition that nobody knows, {said.text!r}"
    return Reconciliation(
        Verdict.FAILED if failed else Verdict.ERROR,
        f"The partner could not process the message: {words}.{_quoted(mdn.text)}"
        " Correct the cause with the partner, then send the document again.",
    )


def _quoted(text: str) -> str:
    short = " ".join(text.split())[:300]
    return f' It writes: "{short}".' if short else ""


def _with_mic(sent: Sent, mdn: MDN) -> Reconciliation:
    warning = mdn.disposition.text if mdn.disposition.kind is ModifierKind.WARNING else ""
    also = f" It also warns: {warning}." if warning else ""
    if mdn.mic is None:
        return Reconciliation(
            Verdict.MIC_MISSING,
            f"The partner says that it has the message, but not which bytes: the receipt holds no MIC.{also}"
            " Ask the partner whether the documents arrived whole, then settle this by hand.",
        )
    if any(mdn.mic.agrees(mic) for mic in sent.mics):
        if warning:
            return Reconciliation(
                Verdict.DELIVERED_WITH_WARNING, f"The partner has the message and warns: {warning}. Look into it."
            )
        return Reconciliation(
            Verdict.DELIVERED, "The partner has the very bytes that we sent. Nothing needs to be done."
        )
    if mdn.mic.algorithm not in {mic.algorithm for mic in sent.mics} and mdn.mic.spelling:
        asked = ", ".join(spelled(mic.algorithm) for mic in sent.mics)
        return Reconciliation(
            Verdict.MIC_OTHER_ALGORITHM,
            f"The MIC in the receipt is made with {mdn.mic.spelling}, but we asked for {asked}: they can't be compared.{also}"
            " Ask the partner to use what we ask for.",
        )
    return Reconciliation(
        Verdict.MIC_DIFFERS,
        "The MIC in the receipt is another than ours: the partner has other bytes than we sent, or took the MIC over others."
        f"{also}"
        " Compare both with: gateway as2 unpack, and send the document again when it was damaged.",
    )
