"""DER as X.690 has it; vectors by hand, and the ``openssl`` command as witness."""

import datetime
import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.as2 import ber, der


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "020100"),
        (127, "02017f"),
        (128, "02020080"),
        (256, "02020100"),
        (-1, "0201ff"),
        (-128, "020180"),
        (-129, "0202ff7f"),
    ],
)
def test_an_integer_takes_as_few_bytes_as_it_can(value, expected):
    assert der.integer(value).hex() == expected


@given(st.integers(-(2**80), 2**80))
def test_an_integer_comes_back(value):
    element = ber.Element(der.integer(value))
    assert int.from_bytes(element.content, "big", signed=True) == value


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8180"),
        (255, "81ff"),
        (256, "820100"),
        (65535, "82ffff"),
        (1 << 32, "850100000000"),
    ],
)
def test_a_length_takes_as_few_bytes_as_it_can(size, expected):
    assert der.length(size).hex() == expected


@pytest.mark.parametrize(
    ("dotted", "expected"),
    [
        ("1.2.840.113549.1.7.2", "06092a864886f70d010702"),
        ("2.16.840.1.101.3.4.2.1", "0609608648016503040201"),
        ("2.999", "06028837"),
    ],
)
def test_an_object_identifier_is_written_and_shown(dotted, expected):
    assert der.oid(dotted).hex() == expected
    assert ber.dotted(bytes.fromhex(expected)[2:]) == dotted


def test_an_object_identifier_that_is_none_is_shown_all_the_same():
    assert "odd" in ber.dotted(b"\x88") and "odd" in ber.dotted(b"") and "odd" in ber.dotted(b"\x01" * 100)


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (1949, b"\x18\x0f19491121080910Z"),
        (1950, b"\x17\x0d501121080910Z"),
        (2049, b"\x17\x0d491121080910Z"),
        (2050, b"\x18\x0f20501121080910Z"),
    ],
)
def test_a_time_is_short_until_2049(year, expected):
    assert der.time(datetime.datetime(year, 11, 21, 8, 9, 10, tzinfo=datetime.UTC)) == expected


def test_a_time_of_another_zone_is_written_in_utc():
    east = datetime.timezone(datetime.timedelta(hours=2))
    assert der.time(datetime.datetime(2026, 11, 21, 1, 0, tzinfo=east)) == b"\x17\x0d261120230000Z"


def test_a_set_is_sorted_by_its_bytes():
    assert der.set_of([der.integer(5), der.NULL, der.integer(1)]).hex() == "31080201010201050500"


def test_openssl_reads_what_we_write():
    value = der.sequence(
        der.oid("1.2.840.113549.1.7.1"), der.octets(b"a" * 300), der.set_of([der.integer(-5)]), der.NULL
    )
    words = ["openssl", "asn1parse", "-inform", "DER"]
    shown = subprocess.run(words, input=value, capture_output=True, check=True).stdout.decode()
    assert re.findall(r"(?:prim|cons): ([A-Z]+)", shown) == ["SEQUENCE", "OBJECT", "OCTET", "SET", "INTEGER", "NULL"]
