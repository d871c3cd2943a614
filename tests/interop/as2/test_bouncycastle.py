"""BouncyCastle (below OpenAS2, mendelson and phase2) sends to us and takes what we send, in every combination that it knows."""

from gateway.as2.cms import KeyTransport
from gateway.as2.mic import algorithm_named
from gateway.as2.terms import AskedReceipt
from tests.interop.as2.combinations import each, tried
from tests.interop.as2.deviations import judge
from tests.interop.as2.exchanges import (
    BINARY,
    INVOICE,
    RECEIPTS_AT,
    answered,
    check,
    flags,
    outcome,
    sent,
    taken,
    verdict_on,
    written,
)
from tests.interop.as2.peer import as_file, from_file

CONTENT = {"text": INVOICE, "binary": BINARY}
AXES = {
    "digest": ["none", "sha256", "sha384", "sha512"],
    "scheme": ["rsa", "pss", "ecdsa"],
    "cipher": ["none", "3des", "aes128-cbc", "aes192-cbc", "aes256-cbc", "aes128-gcm", "aes192-gcm", "aes256-gcm"],
    "form": ["newest", "legacy"],
    "transport": ["rsa", "oaep-sha1", "oaep-sha256", "oaep-sha384", "oaep-sha512"],
    "compress": ["none", "before-signing", "after-signing"],
    "mdn": ["none", "unsigned", "signed", "later"],
    "content": list(CONTENT),
}


def needs(choice):
    """What says nothing without something else is tried once: schemes, key transports, the two forms of GCM."""
    return (
        (choice["digest"] != "none" or choice["scheme"] == "rsa")
        and (choice["cipher"] != "none" or choice["transport"] == "rsa")
        and (choice["cipher"].endswith("gcm") or choice["form"] == "newest")
    )


THEIRS = tried(AXES | {"digest": ["none", "sha1", "sha224", "sha256", "sha384", "sha512"]}, needs)
OURS = tried(AXES, needs)


def layers(choice):
    """The layers in the order in which they are taken off."""
    inner = {
        "none": ["s"] if choice["digest"] != "none" else [],
        "before-signing": ["s", "c"] if choice["digest"] != "none" else ["c"],
        "after-signing": ["c", "s"] if choice["digest"] != "none" else ["c"],
    }[choice["compress"]]
    return "".join((["e"] if choice["cipher"] != "none" else []) + inner)


def head(choice):
    """The HTTP head as OpenAS2 writes it."""
    fields = ["AS2-Version: 1.1", "AS2-From: SUPPLIER", "AS2-To: BUYER", "Message-ID: <m1@bouncycastle>"]
    if choice["mdn"] != "none":
        fields.append("Disposition-Notification-To: edi@supplier.example")
    if choice["mdn"] in ("signed", "later"):
        options = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha256"
        fields.append(f"Disposition-Notification-Options: {options}")
    if choice["mdn"] == "later":
        fields.append(f"Receipt-Delivery-Option: {RECEIPTS_AT}")
    return "|".join(fields)


def theirs(peer, choice, folder):
    """They send, we receive and answer, they read our answer."""
    data, signed = CONTENT[choice["content"]], choice["digest"] != "none"
    (folder / "data").write_bytes(data)
    built = peer.ask(
        "build", data=folder / "data", out=folder / "message", head=head(choice),
        digest=choice["digest"] if signed else None, scheme=choice["scheme"],
        cipher=choice["cipher"] if choice["cipher"] != "none" else None, transport=choice["transport"],
        legacy="1" if choice["form"] == "legacy" else None, compress=choice["compress"],
        mic="sha256" if choice["mdn"] in ("signed", "later") or not signed else choice["digest"],
    )  # fmt: skip
    found = taken(*from_file(folder / "message"), kind="ec" if choice["scheme"] == "ecdsa" else "rsa")
    check("the payload", found.payloads[0].read(), data)
    check("the file name", found.filename, "invoice.edi")
    check("the layers", sorted(flags(found)), sorted(layers(choice)))
    check("who asks for a receipt", found.request is not None, choice["mdn"] != "none")
    if found.request is None:
        return
    check("where the receipt goes", found.request.url, RECEIPTS_AT if choice["mdn"] == "later" else None)
    answer = answered(found)
    (folder / "receipt").write_bytes(as_file(answer.headers, answer.body))
    said = peer.ask("receipt", file=folder / "receipt")
    check("the disposition", said["disposition"], "automatic-action/MDN-sent-automatically; processed")
    check("the message", said["original"], "<m1@bouncycastle>")
    check("who signed", said["flags"], "s" if choice["mdn"] in ("signed", "later") else "")
    digest, _, name = said["mic"].partition(", ")
    expected = "sha256" if choice["mdn"] in ("signed", "later") or not signed else choice["digest"]
    check("the algorithm of the MIC", algorithm_named(name), expected)
    # Of what is neither signed nor encrypted nor compressed the MIC is over the content alone (RFC 4130 7.3.1).
    if layers(choice):
        check("the MIC", digest, built["mic"])


def ours(peer, choice, folder):
    """We send, they receive and answer, we read their answer."""
    data, signed, asked = CONTENT[choice["content"]], choice["digest"] != "none", choice["mdn"]
    how, _, digest = choice["transport"].partition("-")
    message = sent(
        data, signed, choice["cipher"] != "none",
        kind="ec" if choice["scheme"] == "ecdsa" else "rsa",
        digest=choice["digest"] if signed else "sha256", signature=choice["scheme"] if signed else None,
        cipher=choice["cipher"] if choice["cipher"] != "none" else "aes256-cbc",
        gcm_form="enveloped" if choice["form"] == "legacy" else "auth-enveloped",
        key_transport=KeyTransport(how, digest or "sha256"), compress=choice["compress"],
        receipt=None if asked == "none" else AskedReceipt(
            signed=asked != "unsigned", url=RECEIPTS_AT if asked == "later" else None
        ),
    )  # fmt: skip
    found = peer.ask(
        "take", file=written(message, folder / "message"), payload=folder / "payload", receipt=folder / "receipt",
        head="Message-ID: <r1@bouncycastle>|AS2-From: SUPPLIER|AS2-To: BUYER", scheme=choice["scheme"],
    )  # fmt: skip
    check("the payload", (folder / "payload").read_bytes(), data)
    check("the layers", found["flags"], layers(choice))
    check("where the receipt goes", found["url"], RECEIPTS_AT if asked == "later" else "")
    if asked != "none":
        kind = "ec" if choice["scheme"] == "ecdsa" else "rsa"
        verdict_on(message, *from_file(folder / "receipt"), signed=asked != "unsigned", kind=kind)


@each(THEIRS)
def test_what_bouncycastle_sends_is_read_and_our_receipt_is_believed(bouncycastle, tmp_path, choice):
    judge("bouncycastle", "theirs", choice, outcome(theirs, bouncycastle, choice, tmp_path))


@each(OURS)
def test_what_we_send_is_read_by_bouncycastle_and_its_receipt_proves_it(bouncycastle, tmp_path, choice):
    judge("bouncycastle", "ours", choice, outcome(ours, bouncycastle, choice, tmp_path))
