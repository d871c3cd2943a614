"""What a message is, by its own word and from its first bytes."""

import os
from random import Random

import pytest

from gateway.as2 import der
from gateway.as2.cms import compress, envelope, sign, sniff
from tests.as2.berify import berify
from tests.as2.cms.contents import CONTENT, digests_of
from tests.support.identities import identity, pinned

MESSAGES = {
    "signed": lambda: sign(digests_of(CONTENT)("sha256"), "sha256", identity("acme")),
    "enveloped": lambda: b"".join(envelope(CONTENT, [pinned("acme")], random=os.urandom)),
    "auth-enveloped": lambda: b"".join(envelope(CONTENT, [pinned("acme")], random=os.urandom, cipher="aes128-gcm")),
    "compressed": lambda: b"".join(compress(CONTENT)),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_the_first_bytes_tell_what_it_is_in_any_form(kind):
    message = MESSAGES[kind]()
    assert sniff(message) == sniff(message[:64]) == kind
    for seed in range(20):
        assert sniff(berify(message, Random(seed))) == kind


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"0",
        b"ISA*00*",
        b"Content-Type: application/edi-x12\r\n\r\n",
        b"0123456789",
        der.sequence(der.oid("1.2.840.113549.1.7.1"), der.NULL),
        der.sequence(der.NULL),
        b"\x30\x80\x06\x09",
    ],
)
def test_anything_else_is_none(data):
    assert sniff(data) is None
