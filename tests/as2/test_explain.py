"""What a person reads about a message or an error names every layer and ends with what to do."""

import pytest

from gateway.as2.errors import AS2Error
from gateway.as2.explain import explain
from gateway.as2.message import Policy
from tests.as2.exchange import INVOICE, packed, read_receipt, receipt_for, received, unpacked
from tests.support.identities import pinned


def below(kind):
    return [kind, *(each for child in kind.__subclasses__() for each in below(child))]


def test_a_message_is_explained_layer_by_layer():
    found = unpacked(packed(compress="before-signing"))
    lines = explain(found)
    text = "\n".join(lines)
    assert "enveloped aes256-cbc rsa" in text
    assert "signed sha256 rsa by " + pinned("supplier").fingerprint[:16] in text
    assert "compressed zlib" in text
    assert f"invoice.edi, {len(INVOICE)} bytes, application/edi-x12" in text
    assert text.count("MIC:") == 3
    assert f"{found.mic}  as sent (in the receipt)" in text
    assert lines[-1].startswith("to do:")


def test_a_message_without_protection_says_what_is_missing():
    lines = explain(unpacked(packed(signer=None, recipients=(), receipt=None)))
    assert "layers:       none: neither encrypted nor signed nor compressed" in lines
    assert "receipt:      none is asked for" in lines
    assert "not signed and not encrypted" in lines[-1]


def test_a_receipt_is_explained():
    written = receipt_for(unpacked(packed()))
    lines = explain(received(written.headers, written.body, signer="buyer"))
    assert "receipt for:  <1@supplier.example>" in lines
    assert "disposition:  automatic-action/MDN-sent-automatically; processed" in lines
    assert read_receipt(written.headers, written.body).signed


@pytest.mark.parametrize("kind", below(AS2Error), ids=lambda kind: kind.__name__)
def test_every_error_is_explained_and_ends_with_what_to_do(kind):
    lines = explain(kind())
    assert lines[-1].startswith("to do:")
    assert len(lines[-1]) > 40
    assert any(kind().disposition in line for line in lines)


def test_an_error_tells_the_layers_that_came_off_before_it():
    message = packed()
    with pytest.raises(AS2Error) as raised:
        received(message.headers, message.body.read(), Policy(), signer="stranger")
    assert explain(raised.value)[0].startswith("layer 1:      enveloped aes256-cbc rsa")
    assert "gateway cert import" in explain(raised.value)[-1]


def test_control_characters_and_endless_headers_of_strangers_do_not_reach_a_terminal():
    found = unpacked(packed(sender="A\x1b[31m" + "B" * 500))
    assert all("\x1b" not in line and len(line) < 300 for line in explain(found))
