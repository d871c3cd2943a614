"""Name the two sides of a document that the gateway writes itself, as the partners' files have them."""

from __future__ import annotations

from typing import Any

from gateway.trading.directory import Directory, Partner

_LONGEST = 60  # N102


def buyer_and_seller(directory: Directory, partner: Partner, role: str = "buyer") -> list[dict[str, Any]]:
    """Return both parties, the buyer first; ``role`` is ours."""
    own = directory.own.name if directory.own is not None else ""
    names = [own, partner.text.name] if role == "buyer" else [partner.text.name, own]
    return [{"role": word, "name": name[:_LONGEST]} for word, name in zip(("buyer", "seller"), names, strict=True)]
