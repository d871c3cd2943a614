"""Shows X.501 names to people. Whatever stands in one becomes some text: nothing here can fail on an odd certificate."""

from __future__ import annotations

from gateway.as2.ber import Element, dotted
from gateway.as2.errors import MalformedCMS

SHORT = {
    bytes.fromhex("550403"): "CN",
    bytes.fromhex("550405"): "serialNumber",
    bytes.fromhex("550406"): "C",
    bytes.fromhex("550407"): "L",
    bytes.fromhex("550408"): "ST",
    bytes.fromhex("550409"): "street",
    bytes.fromhex("55040a"): "O",
    bytes.fromhex("55040b"): "OU",
    bytes.fromhex("0992268993f22c640119"): "DC",
    bytes.fromhex("2a864886f70d010901"): "emailAddress",
}
BMP_STRING, UNIVERSAL_STRING = 0x1E, 0x1C


def text(der: bytes) -> str:
    """Return a Name as ``CN=..., O=...`` in the order it stands; what is no Name as its beginning in hexadecimal digits."""
    try:
        shown = [
            f"{_kind(kind)}={_escaped(_value(value))}"
            for group in Element(der).children()
            for kind, value in (pair.children()[:2] for pair in group.children())
        ]
    except (MalformedCMS, ValueError):
        return f"(unreadable name {der[:24].hex()})"
    return ", ".join(shown)


def of_certificate(issuer: bytes, serial: bytes) -> str:
    """Return how a message names a certificate: by the serial number and who gave it."""
    return f"serial {serial.hex() or 'none'} of {text(issuer)}"


def _kind(element: Element) -> str:
    return SHORT.get(element.content) or dotted(element.content)


def _value(element: Element) -> str:
    body = element.content
    coding = {BMP_STRING: "utf-16-be", UNIVERSAL_STRING: "utf-32-be"}.get(element.tag, "utf-8")
    try:
        return body.decode(coding)
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _escaped(value: str) -> str:
    """Keep one name on one line, and a comma in a value apart from the one between values."""
    plain = "".join(sign if sign.isprintable() else f"\\{ord(sign):02X}" for sign in value)
    return plain.replace(",", "\\,")
