"""Keys and certificates in every dress that partners send them in, old and odd ones included."""

import base64
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from gateway.as2.cms import (
    Certificate,
    Identity,
    load_certificates,
    load_identity,
    load_pkcs12,
    load_private_key,
)
from gateway.as2.errors import CertificateUnreadable, PrivateKeyUnreadable
from tests.as2.cms.der_edit import parse, write
from tests.support.certificates import key, key_pem
from tests.support.identities import identity, pem, pinned, private_pem

P12_CIPHERS = {
    "rc2": ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-RC2-40", "-macalg", "sha1", "-legacy"),
    "3des": ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    "aes": ("-keypbe", "AES-256-CBC", "-certpbe", "AES-256-CBC"),
}


def pkcs12(openssl, cipher: str, passphrase: str, kind: str = "rsa", *more: str) -> bytes:
    words = (
        "-inkey",
        openssl.key("acme", kind),
        "-in",
        openssl.certificate("acme", kind),
        "-passout",
        f"pass:{passphrase}",
    )
    return openssl.run("pkcs12", "-export", *words, *P12_CIPHERS[cipher], *more)


@pytest.mark.parametrize("cipher", P12_CIPHERS)
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_pkcs12_with_old_and_new_ciphers_is_opened(openssl, cipher, kind):
    data = pkcs12(openssl, cipher, "secret words", kind, "-certfile", openssl.certificate("authority"))
    found, others = load_pkcs12(data, "secret words")
    assert found == identity("acme", kind) or found.certificate == pinned("acme", kind)
    assert others == (pinned("authority"),)
    assert load_identity(data, "secret words").certificate == pinned("acme", kind)


def test_a_wrong_passphrase_is_told_without_being_shown(openssl):
    data = pkcs12(openssl, "aes", "right")
    for passphrase in ("hunter2", None, ""):
        with pytest.raises(PrivateKeyUnreadable) as caught:
            load_pkcs12(data, passphrase)
        assert "hunter2" not in caught.value.detail and "passphrase" in caught.value.detail


def test_pkcs12_without_passphrase_is_opened(openssl):
    assert load_pkcs12(pkcs12(openssl, "aes", ""), None)[0].certificate == pinned("acme")


def test_pkcs12_without_key_is_refused(openssl):
    words = ("-nokeys", "-in", openssl.certificate("acme"), "-passout", "pass:x")
    with pytest.raises(PrivateKeyUnreadable, match="holds no"):
        load_pkcs12(openssl.run("pkcs12", "-export", *words), "x")


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_private_keys_are_read_in_every_form(openssl, kind):
    file = openssl.key("acme", kind)
    word = "rsa" if kind == "rsa" else "ec"
    forms = [
        private_pem("acme", kind),
        openssl.run("pkcs8", "-topk8", "-nocrypt", "-in", file, "-outform", "DER"),
        openssl.run(word, "-in", file, *(("-traditional",) if kind == "rsa" else ())),
        openssl.run(word, "-in", file, "-outform", "DER"),
    ]
    for data in forms:
        assert load_private_key(data).private_numbers() == key("acme", kind).private_numbers()
        assert load_private_key(data, "a passphrase for nothing").key_size == key("acme", kind).key_size
    hidden = [
        openssl.run("pkcs8", "-topk8", "-in", file, "-passout", "pass:word", "-v2", "aes256"),
        openssl.run("pkcs8", "-topk8", "-in", file, "-passout", "pass:word", "-v1", "PBE-SHA1-3DES", "-outform", "DER"),
        openssl.run(word, "-in", file, "-des3", "-passout", "pass:word", *(("-traditional",) if kind == "rsa" else ())),
    ]
    for data in hidden:
        assert load_private_key(data, "word").private_numbers() == key("acme", kind).private_numbers()
        for wrong in ("another", None):
            with pytest.raises(PrivateKeyUnreadable):
                load_private_key(data, wrong)


def test_a_key_of_another_kind_or_no_key_is_refused():
    other = key_pem(ed25519.Ed25519PrivateKey.generate())
    with pytest.raises(PrivateKeyUnreadable, match="neither RSA nor EC"):
        load_private_key(other)
    for data in (b"", b"nothing", pem("acme")):
        with pytest.raises(PrivateKeyUnreadable):
            load_private_key(data)


def test_certificates_are_read_in_every_form(openssl):
    file = openssl.certificate("acme")
    der = pinned("acme").der
    forms = [
        pem("acme"),
        der,
        der + b"\r\n",
        base64.b64encode(der),
        base64.encodebytes(der),
        b"Bag Attributes\n    friendlyName: acme\n" + pem("acme").replace(b"\n", b"\r\n"),
        pem("acme").replace(b"CERTIFICATE", b"X509 CERTIFICATE"),
        openssl.run("crl2pkcs7", "-nocrl", "-certfile", file),
        openssl.run("crl2pkcs7", "-nocrl", "-certfile", file, "-outform", "DER"),
    ]
    for data in forms:
        assert load_certificates(data) == (pinned("acme"),)
    assert load_certificates(pem("acme") + pem("beta")) == (pinned("acme"), pinned("beta"))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"hello, world!",
        b"\x30\x03\x02\x01\x05",
        b"\x30",
        b"abcd",
        b"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_no_certificate_is_refused(data):
    with pytest.raises(CertificateUnreadable):
        load_certificates(data)


def test_a_request_and_a_key_are_no_certificates():
    with pytest.raises(CertificateUnreadable):
        load_certificates(private_pem("acme"))


def test_an_identity_is_put_together_from_one_or_two_files(openssl):
    both = private_pem("acme") + pem("beta") + pem("acme")
    assert load_identity(both).certificate == pinned("acme")
    assert load_identity(private_pem("acme"), certificate=pem("beta") + pem("acme")).certificate == pinned("acme")
    assert load_identity(key_pem(key("acme"), b"word"), "word", certificate=pem("acme")).certificate == pinned("acme")
    for data, certificate in ((private_pem("acme"), pem("beta")), (private_pem("acme") + pem("acme", "ec"), None)):
        with pytest.raises(PrivateKeyUnreadable, match="belong"):
            load_identity(data, certificate=certificate)
    with pytest.raises(PrivateKeyUnreadable, match="belong"):
        Identity(pinned("beta"), key("acme"))


def test_a_certificate_with_a_key_of_another_kind_beside_ours_does_no_harm():
    tree = parse(pinned("acme").der)
    tree[0][1][0][1][6] = (0x30, [])
    odd = Certificate(write(tree))
    label = b"CERTIFICATE-----\n"
    text = b"-----BEGIN " + label + base64.encodebytes(odd.der) + b"-----END " + label
    assert load_identity(private_pem("acme"), certificate=text + pem("acme")).certificate == pinned("acme")
    assert identity("acme").rsa.key_size == 2048


def test_openssl_agrees_about_fingerprint_and_names(openssl):
    file = openssl.certificate("acme")
    shown = openssl.run(
        "x509", "-in", file, "-noout", "-fingerprint", "-sha256", "-subject", "-nameopt", "RFC2253"
    ).decode()
    found = Certificate(
        subprocess.run(["openssl", "x509", "-in", file, "-outform", "DER"], capture_output=True, check=True).stdout
    )
    assert found.fingerprint == shown.splitlines()[0].partition("=")[2].replace(":", "").lower()
    assert found.subject == "CN=acme, O=Tests" and shown.splitlines()[1] == "subject=O=Tests,CN=acme"
    assert found.subject_key_identifier in found.key_identifiers
