"""What a sender asks for as receipt: whether, signed or not, with which MIC, now or later. Serves RFC 4130 7.3, RFC 8098 2."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from gateway.as2.errors import UnsupportedFormat, UnsupportedMICAlgorithms
from gateway.as2.headers import Headers
from gateway.as2.mic import algorithm_named, spelled

_ATTRIBUTE = re.compile(r"(signed-receipt-(?:protocol|micalg))\s*=\s*(.*?)\s*(?=[;,\s]signed-receipt-|$)", re.I | re.S)
_LONGEST = 1000
_IMPORTANCE = ("required", "optional")
_PROTOCOLS = ("pkcs7-signature", "pkcs7", "application/pkcs7-signature", "x-pkcs7-signature", "pkcs#7")


@dataclass(frozen=True, slots=True)
class ReceiptRequest:
    """A receipt asked for. ``to`` is only echoed, never used as an address; ``url`` is where an asynchronous one is to go.

    ``micalgs`` are as the sender spells them, in its order of preference.
    """

    to: str
    signed: bool = False
    protocol_required: bool = False
    protocols: tuple[str, ...] = ()
    micalgs: tuple[str, ...] = ()
    url: str | None = None

    @property
    def is_asynchronous(self) -> bool:
        """True when the receipt is to be posted to ``url`` instead of coming back as the answer."""
        return self.url is not None

    def choose_mic(self, supported: Collection[str], default: str) -> tuple[str, str]:
        """Return the first algorithm of the list that is supported, by our name and as spelled; without a list the default.

        ``default`` is the digest of the signature, or what the agreement says. Raises UnsupportedMICAlgorithms when the list
        holds no supported one: none that is not listed is ever taken.
        """
        for spelling in self.micalgs:
            name = algorithm_named(spelling)
            if name in supported and name is not None:
                return name, spelling
        if self.micalgs:
            raise UnsupportedMICAlgorithms(
                f"The receipt is asked for with {', '.join(self.micalgs[:5])}; we support {', '.join(sorted(supported))}."
                " Ask the partner to list one of them in signed-receipt-micalg."
            )
        return default, spelled(default)


def read_receipt_request(headers: Headers) -> ReceiptRequest | None:
    """Return the receipt that a message asks for, or None when it asks for none.

    Raises UnsupportedFormat when it requires a signature of a kind other than PKCS#7.
    """
    to = headers.get("disposition-notification-to")
    url = headers.get("receipt-delivery-option").strip("<> \t\"'")
    options = headers.get("disposition-notification-options")[:_LONGEST]
    if not to and not options and not url:
        return None
    wanted: dict[str, tuple[bool, tuple[str, ...]]] = {}
    for name, said in _ATTRIBUTE.findall(options.replace('"', "")):
        wanted.setdefault(name.lower(), _list(said))
    required, protocols = wanted.get("signed-receipt-protocol", (False, ()))
    signed = any(protocol.lower() in _PROTOCOLS for protocol in protocols)
    if required and protocols and not signed:
        raise UnsupportedFormat(
            f"A receipt signed as {protocols[0]!r} is required. Ask the partner to ask for pkcs7-signature."
        )
    # A list of algorithms without a protocol can mean only that the receipt is to be signed.
    micalgs = wanted.get("signed-receipt-micalg", (False, ()))[1]
    return ReceiptRequest(to, signed or (bool(micalgs) and not protocols), required, protocols, micalgs, url or None)


def _list(said: str) -> tuple[bool, tuple[str, ...]]:
    words = [word.strip() for word in re.split(r"[,;]", said)]
    words = [word for word in words if word]
    required = bool(words) and words[0].lower() == "required"
    if words and words[0].lower() in _IMPORTANCE:
        words = words[1:]
    return required, tuple(words)


def write_options(micalgs: Collection[str], *, old_names: bool = False, required: bool = False) -> str:
    """Write Disposition-Notification-Options for a signed receipt with algorithms of our names in order of preference."""
    importance = "required" if required else "optional"
    names = ", ".join(spelled(name, old=old_names) for name in micalgs)
    return f"signed-receipt-protocol={importance}, pkcs7-signature; signed-receipt-micalg={importance}, {names}"
