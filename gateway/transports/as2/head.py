"""Reads the head of a request as AS2 products write it, and says without doubt where its body ends. Knows no socket.

Tolerated, because real products send it (RFC 9112 forbids most): folded fields, blanks before the colon, bare LF, a
Content-Length that stands twice, has leading zeros or stands beside chunked, no Host, 8-bit characters. Refused is whatever has
two readings: two lengths, two codings, a lone CR, control characters, a line that is no field. What h11 gets to see afterwards
is a clean head, and nobody behind us reads the connection any further: it is closed after one request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gateway.as2.headers import Headers, text_of
from gateway.errors import GatewayError

END = re.compile(rb"\n\r?\n")  # Behind the last line of a head; each line may end with CRLF or LF.
MOST_FIELDS = 200
_START = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}) ([!-~]{1,8000}) HTTP/(\d)\.(\d)")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(r"\d{1,40}", re.ASCII)


class BadRequest(GatewayError):
    """The request can't be read as HTTP. Send it as RFC 9112 says, or ask us for the log line of this time."""

    code = "as2-bad-request"

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


@dataclass(frozen=True, slots=True)
class Head:
    """A head: what is asked, its fields in order, and how the body is delimited. ``raw`` are its bytes as they came.

    ``length`` is the size of the body in bytes; None where it is chunked, or where nothing says that there is one (``bodiless``).
    """

    method: str
    target: str
    is_http_1_1: bool
    headers: Headers
    raw: bytes
    length: int | None
    chunked: bool

    @property
    def bodiless(self) -> bool:
        """Tell whether nothing says that a body follows."""
        return self.length is None and not self.chunked

    @property
    def waits(self) -> bool:
        """Tell whether the client waits for our 100 before it sends its body."""
        return self.is_http_1_1 and self.headers.get("expect").lower() == "100-continue"

    @property
    def path(self) -> str:
        """The path that is asked for, without host and query."""
        target = self.target.partition("?")[0]
        if target.lower().startswith(("http://", "https://")):  # As proxies are asked.
            target = "/" + target.partition("://")[2].partition("/")[2]
        return target

    def normal(self) -> bytes:
        """Write the head as RFC 9112 has it, with the one length or coding that counts."""
        lines = [f"{self.method} {self.target} HTTP/1.{int(self.is_http_1_1)}", "Host: as2", "Connection: close"]
        if self.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif self.length is not None:
            lines.append(f"Content-Length: {self.length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def read_head(raw: bytes) -> Head:
    """Read a head with the empty line behind it; raise BadRequest with the status that answers it."""
    text = raw.replace(b"\r\n", b"\n")
    if b"\r" in text or b"\0" in text:
        raise BadRequest(400, "A lone CR or a NUL stands in the head. End each line with CR and LF.")
    first, *lines = text.rstrip(b"\n").split(b"\n")
    start = _START.fullmatch(first)
    if start is None:
        raise BadRequest(400, "The request line can't be read. Begin with a line such as: POST /as2 HTTP/1.1")
    if start[3] != b"1":
        raise BadRequest(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here. Send the request as one of them.")
    headers = Headers(((name.decode("ascii"), text_of(value)) for name, value in _fields(lines)), raw)
    chunked = _is_chunked(headers)
    return Head(
        method=start[1].decode("ascii"),
        target=start[2].decode("ascii"),
        is_http_1_1=start[4] != b"0",
        headers=headers,
        raw=raw,
        # Both may stand there; the coding counts (RFC 9112 6.3).
        length=None if chunked else _length(headers),
        chunked=chunked,
    )


def _fields(lines: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Return names and values; a line that begins with a blank goes on with the field before it."""
    found: list[tuple[bytes, list[bytes]]] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            if not found:
                raise BadRequest(400, "The head begins with a folded line. Write a field before it.")
            found[-1][1].append(line.strip(b" \t"))
        else:
            field = _FIELD.fullmatch(line)
            if field is None:
                raise BadRequest(400, "A line of the head is no field. Write each as Name: value")
            found.append((field[1], [field[2].strip(b" \t")]))
        if _CONTROL.search(line):
            raise BadRequest(400, "A control character stands in the head. Take it out.")
    if len(found) > MOST_FIELDS:
        raise BadRequest(431, f"The head has more than {MOST_FIELDS} fields. Send fewer of them.")
    return [(name, b" ".join(part for part in parts if part)) for name, parts in found]


def _is_chunked(headers: Headers) -> bool:
    codings = [coding.strip().lower() for value in headers.all("transfer-encoding") for coding in value.split(",")]
    codings = [coding for coding in codings if coding and coding != "identity"]
    if not codings:
        if any(headers.all("transfer-encoding")) or "transfer-encoding" not in headers:
            return False
        raise BadRequest(400, "Transfer-Encoding is empty. Write chunked, or leave it out.")
    if codings != ["chunked"]:
        raise BadRequest(
            501, "Only the transfer coding chunked, and that once, is understood. Send the body so, or plain."
        )
    return True


def _length(headers: Headers) -> int | None:
    values = [value.strip() for line in headers.all("content-length") for value in line.split(",")]
    if not values:
        return None
    if not all(_LENGTH.fullmatch(value) for value in values) or len({int(value) for value in values}) > 1:
        raise BadRequest(400, "Content-Length is not one number. Send the size of the body in bytes, once.")
    return int(values[0])
