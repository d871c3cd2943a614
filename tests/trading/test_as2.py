"""What partner files may say about AS2, and what is told when it can't work."""

import pytest

from gateway.errors import ConfigurationError
from gateway.trading.as2 import AS2Channel
from gateway.trading.loader import load_directory
from gateway.trading.quirks import QUIRKS
from tests.support.certificates import certificate, der, fingerprint, key, key_pem, pem

OURS = "certs/own/main.pem"
THEIRS = "certs/partners/acme/main.pem"
OWN = """\
name: Our Works
identities: [{qualifier: ZZ, id: OURWORKS}]
as2:
  names: [OURWORKS, "Our Works; Test"]
  url: https://b2b.ours.example/as2
  keys:
    - {name: main}
"""
ACME = """\
partner: acme
name: ACME
identities: [{qualifier: ZZ, id: ACME}]
channels:
  as2:
    names: [ACME]
    certificates:
      - {file: certs/partners/acme/main.pem}
    send: {url: https://acme.example/as2}
"""


def _files(acme=ACME, own=OWN):
    return {"partners/own.yaml": own, "partners/acme.yaml": acme}


def _certificates(**more):
    return {OURS: pem(certificate("ours")), THEIRS: pem(certificate("acme")), **more}


def _problems(acme=ACME, own=OWN, certificates=None):
    with pytest.raises(ConfigurationError) as caught:
        load_directory(_files(acme, own), _certificates() if certificates is None else certificates)
    return [str(problem) for problem in caught.value.problems]


def test_a_partner_is_found_by_its_as2_name_exactly_as_written():
    found = load_directory(_files(ACME.replace("[ACME]", '[ACME, "acme test <1>"]')), _certificates())
    for name in ("ACME", "acme test <1>"):
        assert found.find_by_as2_name(name).id == "acme"
    for name in ("acme", "ACME ", ""):
        assert found.find_by_as2_name(name) is None
    assert found.is_own_as2_name("Our Works; Test")
    assert not found.is_own_as2_name("ourworks")


def test_without_further_words_everything_is_signed_encrypted_and_receipted():
    channel = load_directory(_files(), _certificates()).partners["acme"].text.channels.as2
    assert (channel.send.sign, channel.send.encrypt, channel.receipt.ask, channel.receipt.signed) == (
        True,
        True,
        "sync",
        True,
    )
    assert (channel.receive.signed, channel.receive.encrypted) == ("required", "required")
    assert channel.receive.legacy == ("3des",)
    assert [wait.total_seconds() / 60 for wait in channel.send.retry] == [5, 10, 20, 40]


def test_certificates_come_as_pem_or_der_and_are_pinned():
    for theirs in (pem(certificate("acme")), der(certificate("acme"))):
        found = load_directory(_files(), _certificates(**{THEIRS: theirs}))
        assert [each.certificate.fingerprint for each in found.partners["acme"].certificates] == [
            fingerprint(certificate("acme"))
        ]
        assert [each.certificate.fingerprint for each in found.own_certificates] == [fingerprint(certificate("ours"))]


def test_of_a_chain_the_certificate_with_the_fingerprint_is_taken():
    chain = pem(certificate("authority")) + b"text between\n" + pem(certificate("acme"))
    text = ACME.replace("main.pem}", f"main.pem, fingerprint: '{fingerprint(certificate('acme')).upper()}'}}")
    found = load_directory(_files(text), _certificates(**{THEIRS: chain}))
    assert found.partners["acme"].certificates[0].certificate.subject == "CN=acme"
    assert _problems(certificates=_certificates(**{THEIRS: chain})) == [
        f"partners/acme.yaml:8: channels.as2.certificates[1].file: {THEIRS} holds 2 certificates;"
        " say which with fingerprint:, or leave only that one in the file"
    ]


def test_another_certificate_than_the_pinned_one_is_refused():
    text = ACME.replace("main.pem}", f"main.pem, fingerprint: '{'0' * 64}'}}")
    assert _problems(text) == [
        f"partners/acme.yaml:8: channels.as2.certificates[1].fingerprint: {THEIRS} holds another certificate, with the"
        f" fingerprint {fingerprint(certificate('acme'))}; ask the partner which is right before changing it"
    ]


def test_an_expired_certificate_is_no_mistake():
    old = _certificates(**{THEIRS: pem(certificate("old", end=-1)), OURS: pem(certificate("future", begin=5))})
    assert len(load_directory(_files(), old).partners["acme"].certificates) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "certs/partners/acme/main.pem: The certificate cannot be read"),
        (
            b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----",
            "certs/partners/acme/main.pem: The certificate cannot be read",
        ),
        (b"\x30\x82\xff\xff", "certs/partners/acme/main.pem: The certificate cannot be read"),
        (None, "there is no readable file certs/partners/acme/main.pem; add it with: gateway cert import"),
    ],
    ids=["empty", "damaged", "cut", "missing"],
)
def test_a_certificate_that_can_not_be_read_is_told_with_its_line(content, told):
    files = _certificates(**{THEIRS: content})
    if content is None:
        del files[THEIRS]
    (line,) = _problems(certificates=files)
    assert line.startswith("partners/acme.yaml:8: channels.as2.certificates[1].file: " + told)
    assert "; " in line


def test_a_private_key_among_the_certificates_is_refused_and_not_shown():
    private = key_pem(key("ours"))
    (line,) = _problems(certificates=_certificates(**{OURS: pem(certificate("ours")) + private}))
    assert line == (
        "partners/own.yaml:7: as2.keys[1]: certs/own/main.pem holds a private key, and the configuration folder is no place"
        " for one; move the key to the data folder, and take it for known to others"
    )


def test_a_private_key_may_not_lie_where_the_configuration_is():
    for path in ("certs/own/main.key", "partners/main.key", "keys/../certs/x"):
        (line,) = _problems(own=OWN.replace("{name: main}", f"{{name: main, key: {path}}}"))
        assert "as2.keys[1].key: a private key lies outside of the configuration folder" in line


def test_a_key_on_an_elliptic_curve_signs_and_does_not_encrypt():
    curve = _certificates(**{THEIRS: pem(certificate("curve", kind="ec"))})
    assert _problems(certificates=curve) == [
        "partners/acme.yaml:8: channels.as2.certificates[1].file: only an RSA key can encrypt; write use: [sign], and add"
        " another one for encrypt"
    ]
    signs = ACME.replace("main.pem}", "main.pem, use: [sign]}").replace("as2}", "as2, encrypt: false}")
    assert load_directory(_files(signs), curve).partners["acme"].certificates


NO_KEYS = OWN.replace("    - {name: main}\n", "    []\n")


@pytest.mark.parametrize(
    ("acme", "own", "told"),
    [
        (ACME.replace("main.pem}", "main.pem, use: [sign]}"), OWN, "to encrypt for it (use: encrypt)"),
        (ACME.replace("main.pem}", "main.pem, state: pending}"), OWN, "to encrypt for it (use: encrypt)"),
        (ACME.replace("main.pem}", "main.pem, state: revoked}"), OWN, "to verify what it signs (use: sign)"),
        (ACME.replace("main.pem}", "main.pem, use: [encrypt]}"), OWN, "to verify its receipts (use: sign)"),
        (ACME.replace("as2}", "as2, trust: pinned}"), OWN, "send.trust: there is no certificate to know its server"),
        (ACME + "    receive: {client_certificate: true}\n", OWN, "to know its client (use: tls)"),
        (ACME, "\n".join(OWN.splitlines()[:2]), "own.yaml says nothing about AS2; add as2: {names: [OURNAME]"),
        (ACME, NO_KEYS, "no key of ours is active for sign; make one with: gateway cert new NAME --use sign"),
        (ACME, OWN.replace("{name: main}", "{name: main, use: [sign]}"), "no key of ours is active for encrypt"),
        (ACME.replace("as2}", "as2, client_certificate: true}"), OWN, "no key of ours is active for tls"),
        (ACME + "    our_name: OTHER\n", OWN, "'OTHER' is none of our AS2 names (OURWORKS, Our Works; Test)"),
        (
            ACME + "    receipt: {ask: async}\n",
            OWN.replace("  url: https://b2b.ours.example/as2\n", ""),
            "receipts are to come later, and own.yaml doesn't say where to",
        ),
        (ACME + "    receive: {legacy: []}\n".replace("[]", "[sha1]"), OWN, None),
        (
            ACME.replace("as2}", "as2, cipher: 3des}") + "    receive: {legacy: []}\n",
            OWN,
            "3des is sent to a partner from whom it is not taken; add 3des to receive.legacy",
        ),
        (ACME.replace("as2}", "as2, subject: '{name}'}"), OWN, "there is no {name}, not '{name}'; use {set}, {control_number}"),
        (ACME.replace("as2}", "as2, headers: {content-TYPE: x}}"), OWN, "the header content-TYPE is written by the gateway"),
        (ACME.replace("as2}", "as2, headers: {X-A: 'b\\r\\nEvil: 1'}}").replace("'", '"'), OWN, "a header has printable ASCII"),
        (ACME + "agreements:\n  - {document: '850', direction: outbound, role: buyer, transport: as2}\n", OWN, None),
        (
            ACME.replace("    send: {url: https://acme.example/as2}\n", "")
            + "agreements:\n  - {document: '850', direction: outbound, role: buyer, transport: as2}\n",
            OWN,
            "agreements[1].transport: there is no address for AS2; add channels: {as2: {send: {url: https://...}}}",
        ),
    ],
)  # fmt: skip
def test_what_can_not_work_is_told_with_what_to_do(acme, own, told):
    if told is None:
        assert load_directory(_files(acme, own), _certificates())
        return
    lines = _problems(acme, own)
    assert any(told in line for line in lines), lines
    assert all("; " in line for line in lines)


def test_two_keys_of_ours_have_two_names():
    twice = OWN + "    - {name: main, state: retiring}\n"
    assert "as2.keys[2].name: two keys are called main; give each a name of its own" in _problems(own=twice)[0]


def test_a_secret_in_plain_is_never_shown():
    lines = _problems(
        ACME.replace("as2}", "as2, login: {user: us, password: hunter2}}"),
        OWN.replace("{name: main}", "{name: main, passphrase: hunter3}"),
    )
    assert len(lines) == 2
    assert "hunter" not in "\n".join(lines)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://acme.example/mdn", True),
        ("https://ACME.example:443/mdn?id=%3C1%40us%3E&" + "x" * 200, True),
        ("https://acme.example:8443/in?a=1", True),
        ("https://acme.example:8443/in?a=2", False),
        ("https://acme.example:8443/in", False),
        ("http://acme.example/mdn", False),
        ("https://acme.example/mdn/../admin", False),
        ("https://acme.example/mdnx", False),
        ("https://acme.example.evil.example/mdn", False),
        ("https://acme.example@evil.example/mdn", False),
        ("https://evil.example\\@acme.example/mdn", False),
        ("https://evil.example#@acme.example/mdn", False),
        ("https://acme.example/mdn#x", False),
        ("https://acme.example/mdn\r\nX: y", False),
        ("https://acme.example:99999/mdn", False),
        ("//acme.example/mdn", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_a_receipt_is_posted_to_an_agreed_address_alone(url, allowed):
    agreed = ["https://acme.example/mdn", "https://acme.example:8443/in?a=1"]
    channel = AS2Channel.model_validate({"names": ["ACME"], "receive": {"reply_to": agreed}})
    assert channel.allows_reply_to(url) is allowed
    assert not AS2Channel.model_validate({"names": ["ACME"]}).allows_reply_to(url), "nothing is agreed by default"


def test_quirks_are_known_by_name():
    channel = AS2Channel.model_validate({"names": ["ACME"], "quirks": ["quote-names"]})
    assert [name for name in QUIRKS if channel.has_quirk(name)] == ["quote-names"]
    with pytest.raises(LookupError):
        channel.has_quirk("quote_names")
