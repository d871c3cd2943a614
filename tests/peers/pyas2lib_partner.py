"""pyas2lib as a trading partner: it builds, takes and answers AS2 messages that lie in files. Knows nothing of the gateway.

    .venv-peers/bin/python tests/peers/pyas2lib_partner.py OWN.pem OWN-NAME PARTNER.pem PARTNER-NAME

Runs in the environment of the peers. One request a line, words parted by tabs: ``verb name=value ...``; one answer a line: ``ok
name=value ...``, or ``no`` and why. A file holds the HTTP head, an empty line, and the body.
"""

import functools
import sys
from pathlib import Path

import pyas2lib.as2
from pyas2lib.as2 import Mdn, Message, Organization, Partner
from pyas2lib.cms import encrypt_message

SENT = {}


class Us:
    """The own side and the partner, with what was agreed told anew in each request."""

    def __init__(self, own_pem, own_name, partner_pem, partner_name):
        self.own_name, self.partner_name = own_name, partner_name
        key = Path(own_pem).read_bytes()
        self.own = Organization(
            own_name, key, None, key, None, mdn_url="http://127.0.0.1:1/receipts", domain="pyas2lib"
        )
        self.certificate = Path(partner_pem).read_bytes()

    def partner(self, said):
        """Return the partner as a request describes it."""
        return Partner(
            self.partner_name,
            verify_cert=self.certificate,
            encrypt_cert=self.certificate,
            validate_certs=False,
            compress="compress" in said,
            sign="digest" in said,
            digest_alg=said.get("digest", "sha256"),
            sign_alg=said.get("scheme", "rsassa_pkcs1v15"),
            encrypt="cipher" in said,
            enc_alg=said.get("cipher", "aes_256_cbc"),
            mdn_mode=said.get("mdn"),
            mdn_digest_alg=said.get("mdn_digest"),
        )

    def build(self, said):
        """Write a message of the bytes in ``data`` to ``out``."""
        # Partner.key_enc_alg is not used by build(), although encrypt_message() can do both: told to it here.
        transport = said.get("transport", "rsaes_pkcs1v15")
        pyas2lib.as2.encrypt_message = functools.partial(encrypt_message, key_enc_alg=transport)
        message = Message(self.own, self.partner(said))
        data = Path(said["data"]).read_bytes()
        message.build(data, filename="invoice.edi", content_type=said.get("type", "application/edi-x12"))
        SENT[message.message_id] = message
        Path(said["out"]).write_bytes(message.headers_str + b"\r\n" + message.content)
        return {"id": message.message_id, "mic": message.mic.decode() if message.mic else ""}

    def take(self, said):
        """Take the message in ``file``; write its payload and the receipt for it."""
        message = Message()
        status, (error, _trace), mdn = message.parse(
            Path(said["file"]).read_bytes(), lambda _name: self.own, lambda _name: self.partner(said)
        )
        if status == "processed":
            Path(said["payload"]).write_bytes(message.content)
        if mdn:
            Path(said["receipt"]).write_bytes(mdn.headers_str + b"\r\n" + mdn.content)
        layers = {"s": message.signed, "e": message.encrypted, "c": message.compressed}
        flags = "".join(letter for letter, on in layers.items() if on)
        return {"status": status, "error": f"{error}", "flags": flags, "mdn": mdn.mdn_mode if mdn else ""}

    def receipt(self, said):
        """Read the receipt in ``file`` for a message that was built here."""
        status, detail = Mdn().parse(Path(said["file"]).read_bytes(), lambda identifier, _name: SENT.get(identifier))
        return {"status": f"{status}", "detail": f"{detail}"}


def main():
    """Answer requests until there are no more."""
    us = Us(*sys.argv[1:5])
    for line in sys.stdin:
        verb, *words = line.rstrip("\n").split("\t")
        try:
            answer = getattr(us, verb)(dict(word.split("=", 1) for word in words))
            text = "\t".join(["ok", *(f"{name}={' '.join(value.split())}" for name, value in answer.items())])
        except Exception as error:  # It is the peer's own failure that a test wants to see.
            text = f"no\t{type(error).__name__}: {' '.join(str(error).split())}"
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


main()
