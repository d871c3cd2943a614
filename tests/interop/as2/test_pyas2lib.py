"""pyas2lib 1.4.4 sends to us and takes what we send, with receipts both ways, in every combination that it knows."""

from gateway.as2.cms import KeyTransport
from gateway.as2.terms import AskedReceipt
from tests.interop.as2.combinations import each, tried
from tests.interop.as2.deviations import Differs, judge
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
)  # fmt: skip
from tests.interop.as2.peer import as_file, from_file

MDN = {"none": None, "unsigned": "SYNC", "signed": "SYNC", "later": "ASYNC"}
# It compares our MIC with that of its signature only, so it must ask for that one; MD5 is asked for by nobody.
MICS = {"none": "sha256", "md5": "sha256"} | {name: name for name in ("sha1", "sha224", "sha256", "sha384", "sha512")}
CONTENT = {"text": (INVOICE, "application/edi-x12"), "binary": (BINARY, "application/octet-stream")}
CIPHERS = {
    "none": None, "3des": "tripledes_192_cbc", "aes128-cbc": "aes_128_cbc", "aes192-cbc": "aes_192_cbc",
    "aes256-cbc": "aes_256_cbc", "rc2": "rc2_128_cbc", "rc4": "rc4_128_cbc",
}  # fmt: skip


def needs(choice):
    """No scheme without signature, no key transport without cipher: one of each is enough."""
    return (choice["digest"] != "none" or choice["scheme"] == "rsa") and (
        choice["cipher"] != "none" or choice["transport"] == "rsa"
    )


THEIRS = tried(
    {
        "digest": ["none", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
        "scheme": ["rsa", "pss"],
        "cipher": list(CIPHERS),
        "transport": ["rsa", "oaep-sha1"],
        "compress": ["none", "before-signing"],
        "mdn": list(MDN),
        "content": list(CONTENT),
    },
    needs,
)
OURS = tried(
    {
        "digest": ["none", "sha256", "sha384", "sha512"],
        "scheme": ["rsa", "pss"],
        "cipher": ["none", "3des", "aes128-cbc", "aes192-cbc", "aes256-cbc", "aes256-gcm"],
        "transport": ["rsa", "oaep-sha1", "oaep-sha256"],
        "compress": ["none", "before-signing", "after-signing"],
        "mdn": list(MDN),
        "content": list(CONTENT),
    },
    needs,
)
SCHEMES = {"rsa": "rsassa_pkcs1v15", "pss": "rsassa_pss"}


def theirs(peer, choice, folder):
    """They send, we receive and answer, they read our answer."""
    data, kind = CONTENT[choice["content"]]
    (folder / "data").write_bytes(data)
    signed = choice["digest"] != "none"
    built = peer.ask(
        "build", data=folder / "data", out=folder / "message", type=kind,
        digest=choice["digest"] if signed else None, scheme=SCHEMES[choice["scheme"]],
        cipher=CIPHERS[choice["cipher"]], compress="1" if choice["compress"] != "none" else None,
        transport="rsaes_oaep" if choice["transport"] != "rsa" else None,
        mdn=MDN[choice["mdn"]], mdn_digest=MICS[choice["digest"]] if choice["mdn"] in ("signed", "later") else None,
    )  # fmt: skip
    found = taken(*from_file(folder / "message"))
    check("the payload", found.payloads[0].read(), data)
    check("the file name", found.filename, "invoice.edi")
    expected = ("s" if signed else "") + ("e" if choice["cipher"] != "none" else "")
    check("the layers", flags(found), expected + ("c" if choice["compress"] != "none" else ""))
    if choice["mdn"] == "none":
        check("the receipt asked for", found.request, None)
        return
    check("where the receipt goes", found.request.url, RECEIPTS_AT if choice["mdn"] == "later" else None)
    answer = answered(found)
    if signed:
        check("the digest", str(found.signer.digest), choice["digest"])
        check("what pyas2lib takes as MIC", built["mic"], str(found.opening.hashed.mic(choice["digest"])).split(",")[0])
    (folder / "receipt").write_bytes(as_file(answer.headers, answer.body))
    check(
        "what it makes of our receipt",
        peer.ask("receipt", file=folder / "receipt"),
        {"status": "processed", "detail": "None"},
    )


def ours(peer, choice, folder):
    """We send, they receive and answer, we read their answer."""
    data, _kind = CONTENT[choice["content"]]
    signed, asked = choice["digest"] != "none", choice["mdn"]
    digest, _, key = choice["transport"].partition("-")
    message = sent(
        data, signed, choice["cipher"] != "none",
        digest=choice["digest"] if signed else "sha256", signature=choice["scheme"] if signed else None,
        cipher=choice["cipher"] if choice["cipher"] != "none" else "aes256-cbc",
        key_transport=KeyTransport(digest, key or "sha256"), compress=choice["compress"],
        receipt=None if asked == "none" else AskedReceipt(
            signed=asked != "unsigned", url=RECEIPTS_AT if asked == "later" else None
        ),
    )  # fmt: skip
    found = peer.ask(
        "take", file=written(message, folder / "message"), payload=folder / "payload", receipt=folder / "receipt",
        scheme=SCHEMES[choice["scheme"]],
    )  # fmt: skip
    if found["status"] != "processed":
        raise Differs(f"{found['status']}: {found['error']}")
    check("the payload", (folder / "payload").read_bytes(), data)
    expected = ("s" if signed else "") + ("e" if choice["cipher"] != "none" else "")
    check("the layers", found["flags"], expected + ("c" if choice["compress"] != "none" else ""))
    check("the way of the receipt", found["mdn"], MDN[asked] or "")
    if asked != "none":
        verdict_on(message, *from_file(folder / "receipt"), signed=asked != "unsigned")


@each(THEIRS)
def test_what_pyas2lib_sends_is_read_and_our_receipt_is_believed(pyas2lib, tmp_path, choice):
    judge("pyas2lib", "theirs", choice, outcome(theirs, pyas2lib, choice, tmp_path))


@each(OURS)
def test_what_we_send_is_read_by_pyas2lib_and_its_receipt_proves_it(pyas2lib, tmp_path, choice):
    judge("pyas2lib", "ours", choice, outcome(ours, pyas2lib, choice, tmp_path))
