"""Lists what a configuration consists of: its files, the base profiles of the program, and the certificates that it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gateway
from gateway.tracking.inventory import Believed, Inventory
from gateway.trading.directory import Directory


def take_inventory(
    directory: Directory, base: Path, settings: bytes, texts: Mapping[str, str], certificates: Mapping[str, bytes]
) -> Inventory:
    """Return the inventory of loaded files: ``texts`` and ``certificates`` by path, ``settings`` is gateway.yaml.

    Of the folder certs/ only what a file names counts; whatever else somebody put there is not ours to keep.
    """
    whose = [
        ("own", directory.own_certificates),
        *((each.id, each.certificates) for each in directory.partners.values()),
    ]
    believed = [
        Believed(owner, each.text.file, each.certificate.fingerprint, each.text.use, each.text.state)
        for owner, pinned in whose
        for each in pinned
    ]
    files = {f"mappings/base/{path.name}": path.read_bytes() for path in base.glob("*.yaml")}
    files |= {"gateway.yaml": settings} if settings else {}
    files |= {path: text.encode() for path, text in texts.items()}
    files |= {each.file: certificates[each.file] for each in believed}
    return Inventory(gateway.__version__, files, believed)
