"""Ask atheris for bytes for which a law of AS2 does not hold.

    python -m tests.as2.fuzzing cms|message|door FOLDER [-runs=N] [-seed=N] ...

FOLDER keeps what reached new code; what follows is for libFuzzer. A process of its own, since what is imported is instrumented
for it, and since libFuzzer ends the process where it finds something: a law that does not hold, a hang, too much memory.
"""

import contextlib
import io
import os
import sys

import atheris

with atheris.instrument_imports(include=["gateway.as2", "gateway.transports.as2.head"]):
    from gateway.as2.capture import read_capture
    from gateway.as2.cms import Certificate, open_envelope, read_signature, verify
    from gateway.as2.cms.compression import decompress
    from gateway.as2.errors import AS2Error
    from gateway.as2.explain import explain
    from gateway.as2.headers import parse_head
    from gateway.as2.mdn_reading import looks_like_receipt
    from gateway.as2.slices import Slice
    from gateway.transports.as2.head import BadRequest, read_head
    from tests.as2.exchange import LENIENT, close_spools, read_receipt, received, spool
    from tests.support.identities import identity, pinned

LARGEST = 1 << 20
KNOWN = [pinned("supplier"), pinned("supplier", "ec")]


def cms(data: bytes) -> None:
    """Whatever claims to be CMS is read, from memory and from a file alike, or refused by an error of ours."""
    for source in (data, io.BytesIO(data)):
        with contextlib.suppress(AS2Error):
            verify(read_signature(source), lambda _name: bytes(32), KNOWN)
        sink = io.BytesIO()
        with contextlib.suppress(AS2Error):
            open_envelope(source, [identity("buyer")], sink, random=os.urandom)
        with contextlib.suppress(AS2Error):
            decompress(source, sink, limit=LARGEST)
        assert len(sink.getvalue()) <= LARGEST + len(data)
        if isinstance(source, io.BytesIO):
            source.seek(0)
    with contextlib.suppress(AS2Error):
        assert "\n" not in str(Certificate(data))


def message(data: bytes) -> None:
    """Whatever comes as request or answer is opened, or refused with a disposition and with what to do."""
    try:
        headers, body = read_capture(Slice(data), spool, LARGEST)
        looks_like_receipt(headers, body)
        found = received(headers, body.read(), LENIENT)
        assert sum(len(payload.read()) for payload in found.payloads) <= LARGEST
        assert explain(found)[-1].startswith("to do:")
    except AS2Error as error:
        assert error.disposition.startswith(("processed/", "failed/"))
        assert explain(error)[-1].startswith("to do:")
    with contextlib.suppress(AS2Error):
        read_receipt(parse_head(data), data)
    close_spools()


def door(data: bytes) -> None:
    """Whatever stands at the beginning of a connection is a head with one meaning, or is refused with a status."""
    try:
        head = read_head(data)
    except BadRequest as error:
        assert error.status in (400, 431, 501, 505)
        return
    assert head.length is None or not head.chunked
    again = read_head(head.normal())
    assert (again.length, again.chunked) == (head.length, head.chunked)


if __name__ == "__main__":
    target = {"cms": cms, "message": message, "door": door}[sys.argv[1]]
    atheris.Setup([sys.argv[0], *sys.argv[2:]], target)
    atheris.Fuzz()
