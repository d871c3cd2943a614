"""Certificates as they are among real partners: odd ones warn, and nothing about them crashes."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from gateway.as2 import der
from gateway.as2.cms import Certificate, oddities
from gateway.as2.cms.names import text
from gateway.as2.errors import CertificateUnreadable
from tests.as2.cms.der_edit import parse, write
from tests.support.certificates import key
from tests.support.identities import pinned, x509_certificate

NOW = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)


def changed(change) -> Certificate:
    """The certificate of acme after ``change`` had its fields: version, serial, algorithm, issuer, dates, subject, key."""
    tree = parse(pinned("acme").der)
    change(tree[0][1][0][1])
    return Certificate(write(tree))


def name(*pairs: tuple[str, int, bytes]) -> bytes:
    return der.sequence(*(der.set_of([der.sequence(der.oid(kind), der.tlv(tag, value))]) for kind, tag, value in pairs))


def test_a_certificate_prints_in_one_line_without_its_bytes():
    shown = f"{pinned('acme')!r}"
    assert shown == f"<Certificate CN=acme, O=Tests, SHA-256 {pinned('acme').fingerprint}>"


def test_an_ordinary_certificate_is_read_as_cryptography_reads_it():
    for kind in ("rsa", "ec"):
        ours, theirs = pinned("acme", kind), x509_certificate("acme", kind)
        assert int.from_bytes(ours.serial, "big") == theirs.serial_number
        assert ours.issuer_der == theirs.issuer.public_bytes()
        assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
        assert ours.public_key == theirs.public_key()
        assert ours.fingerprint == theirs.fingerprint(hashes.SHA256()).hex()
        named = theirs.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        assert ours.subject_key_identifier == named and ours.key_identifiers == {named}
        assert oddities(ours, NOW) == ()


@pytest.mark.parametrize(
    ("serial", "odd"),
    [(b"\0", "zero"), (b"\xff", "negative"), (b"\x80\0\0", "negative"), (b"", "zero"), (b"\x01" * 21, "21 bytes")],
)
def test_odd_serial_numbers_are_kept_as_they_stand_and_warned_about(serial, odd):
    def other(fields):
        fields[1] = (0x02, serial)

    found = changed(other)
    assert found.serial == serial and any(odd in each for each in oddities(found))
    assert found.public_key == pinned("acme").public_key and found.issuer_and_serial


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (name(("2.5.4.6", 0x13, b"DEU"), ("2.5.4.3", 0x0C, b"Works")), "C=DEU, CN=Works"),
        (name(("2.5.4.11", 0x16, b"EDI Team")), "OU=EDI Team"),
        (name(("2.5.4.3", 0x0C, b"M\xfcller, GmbH")), "CN=Müller\\, GmbH"),
        (name(("2.5.4.3", 0x14, b"M\xfcller")), "CN=Müller"),
        (name(("2.5.4.3", 0x1E, "Łódź".encode("utf-16-be"))), "CN=Łódź"),
        (name(("2.5.4.3", 0x1E, b"odd")), "CN=odd"),
        (name(("2.5.4.3", 0x1C, "X".encode("utf-32-be"))), "CN=X"),
        (name(("2.5.4.3", 0x0C, b"two\r\nlines\0")), "CN=two\\0D\\0Alines\\00"),
        (name(("1.2.3.4", 0x0C, b"x")), "1.2.3.4=x"),
        (der.sequence(), ""),
        (der.octets(b"no name"), "(unreadable name 04076e6f206e616d65)"),
        (der.sequence(der.set_of([der.sequence()])), "(unreadable name 300431023000)"),
    ],
)
def test_names_of_any_kind_are_shown_and_never_crash(subject, shown):
    def other(fields):
        fields[5] = parse(subject)[0]

    found = changed(other)
    assert found.subject == shown
    oddities(found)


@given(st.binary(max_size=60))
def test_any_bytes_are_some_text(data):
    assert text(data).isprintable()


def test_a_country_of_three_letters_is_warned_about():
    def other(fields):
        fields[5] = parse(name(("2.5.4.6", 0x13, b"USA")))[0]

    assert oddities(changed(other)) == ("its country is not two letters",)


@pytest.mark.parametrize(
    ("begin", "end"),
    [(b"2601", b"x"), (b"260230000000Z", b"990101000000Z"), (b"", b""), (b"26010100000Z", b"360101000000+0100")],
)
def test_dates_that_are_none_are_warned_about(begin, end):
    def other(fields):
        fields[4] = (0x30, [(0x17, begin), (0x17, end)])

    found = changed(other)
    assert "its dates cannot be read" in oddities(found, NOW)


def test_dates_are_read_in_both_forms():
    def other(fields):
        fields[4] = (0x30, [(0x18, b"19490101120000Z"), (0x18, b"21000101000000Z")])

    found = changed(other)
    assert found.not_before == datetime.datetime(1949, 1, 1, 12, tzinfo=datetime.UTC) and found.not_after.year == 2100

    def short(fields):
        fields[4] = (0x30, [(0x17, b"5001010000Z"), (0x17, b"491231235959Z")])

    found = changed(short)
    assert found.not_before.year == 1950 and found.not_after.year == 2049


def test_what_is_expired_or_not_yet_valid_is_said_and_nothing_else():
    assert oddities(pinned("acme"), NOW.replace(year=2040)) == ("it expired on 2035-12-30",)
    assert oddities(pinned("acme"), NOW.replace(year=2025)) == ("it is not valid before 2026-01-01",)


def test_missing_and_wrong_usages_are_warnings():
    named = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "odd")])
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(named)
        .issuer_name(named)
        .public_key(key("odd").public_key())
        .serial_number(5)
        .not_valid_before(datetime.datetime(2026, 1, 1))
        .not_valid_after(datetime.datetime(2027, 1, 1))
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=True)
        .sign(key("odd"), hashes.SHA256())
    )
    assert oddities(Certificate(made.public_bytes(Encoding.DER))) == (
        "its key usage does not allow signing",
        "its key usage does not allow encryption",
        "its extended key usage is critical",
    )


def test_a_certificate_without_extensions_has_the_identifier_of_its_key():
    def bare(fields):
        del fields[7:]

    found = changed(bare)
    assert found.subject_key_identifier is None and oddities(found, NOW) == ()
    assert found.key_identifiers == {x509.SubjectKeyIdentifier.from_public_key(found.public_key).digest}


@pytest.mark.parametrize(("usage", "said"), [(b"", True), (b"\x03\x01\x00", True), (b"\x03\x02\x05\xa0", False)])
def test_a_key_usage_of_any_shape_is_read(usage, said):
    def other(fields):
        extension = der.sequence(der.oid("2.5.29.15"), der.octets(usage))
        fields[7:] = [(0xA3, parse(der.sequence(extension)))]

    assert ("its key usage does not allow signing" in oddities(changed(other))) is said


def test_a_key_identifier_that_is_none_counts_for_nothing():
    def other(fields):
        extension = der.sequence(der.oid("2.5.29.14"), der.octets(b"\x05"))
        fields[7:] = [(0xA3, parse(der.sequence(extension)))]

    found = changed(other)
    assert found.subject_key_identifier is None and len(found.key_identifiers) == 1


def test_broken_extensions_are_as_if_they_were_not_there():
    for broken in (b"", b"\x05\0", b"\x30\x03\x30\x01\x05", b"\x30\x02\x30\0"):

        def other(fields, broken=broken):
            fields[7:] = [(0xA3, broken)]

        assert changed(other).subject_key_identifier is None


def test_a_key_that_cannot_be_used_is_told_when_it_is_needed():
    for info in (der.sequence(), der.sequence(der.sequence(der.oid("1.2.3")), der.tlv(3, b"\0abc"))):

        def other(fields, info=info):
            fields[6] = parse(info)[0]

        found = changed(other)
        with pytest.raises(CertificateUnreadable):
            _ = found.public_key
        assert "its key is neither RSA nor elliptic curve, or cannot be read" in oddities(found)


@given(st.data())
def test_a_broken_certificate_is_read_or_refused(data):
    broken = bytearray(pinned("acme").der)
    for _ in range(data.draw(st.integers(1, 5))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = Certificate(bytes(broken))
    except CertificateUnreadable as error:
        assert error.detail.endswith("PEM or DER.")
        return
    oddities(found, NOW)
    assert (
        found.subject.isprintable()
        and found.issuer.isprintable()
        and found.fingerprint
        and found.key_identifiers is not None
    )


@pytest.mark.parametrize("data", [b"", der.sequence(), der.sequence(der.sequence()), der.sequence(der.NULL), der.NULL])
def test_what_lacks_the_fields_of_a_certificate_is_none(data):
    with pytest.raises(CertificateUnreadable):
        Certificate(data)


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_certificate(data):
    with pytest.raises(CertificateUnreadable):
        Certificate(data)
