"""Writes the configuration of the demonstration: us, a supplier over AS2, one over SFTP, and a partner for each stranger."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gateway.demo.documents import Stranger
from gateway.demo.keys import write_key, write_ssh_key
from gateway.demo.sftp_desk import PARTNER as SFTP_PARTNER
from gateway.demo.sftp_desk import US as SFTP_ID
from gateway.web.keys import new_key

OWN = {"qualifier": "ZZ", "id": "DEMOBUYER"}
_SELLER_SETS = ("850",)
_SYSTEMS = {"planning": "planning", "procurement": "procurement", "warehouse": "wms"}  # Name -> scope.


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the demonstration; made anew each time, and never written to a file."""

    operator: str
    planning: str
    procurement: str
    warehouse: str
    strangers: dict[str, str]  # partner -> key


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the others are, and which port our AS2 door takes."""

    erp: str
    supplier: str
    door: int

    @property
    def as2(self) -> str:
        """Our AS2 door."""
        return f"http://127.0.0.1:{self.door}/as2"


def write_as2_keys(folder: Path) -> None:
    """Make a key for us and one for the supplier, and give each side the certificate of the other."""
    certs = folder / "config" / "certs"
    theirs = folder / "supplier"
    write_key("Demo Manufacturing", folder / "own.key", certs / "own" / "main.pem", theirs / "theirs.pem")
    write_key("Demo Supplier", theirs / "ours.key", certs / "partners" / "supplier.pem", theirs / "ours.pem")


def write_configuration(run: Path, addresses: Addresses, strangers: list[Stranger]) -> Keys:
    """Write gateway.yaml and partners/ for the run in a folder, and return the keys that open the doors."""
    folder = run / "config"
    (folder / "partners").mkdir(parents=True, exist_ok=True)
    operator, operator_hash = new_key("operator")
    systems = {scope: new_key(name) for name, scope in _SYSTEMS.items()}  # Scope -> key and its hash.
    _dump(
        folder / "gateway.yaml",
        {
            "erps": {"main": {"kind": "http", "url": f"{addresses.erp}/messages"}},
            "as2": {"port": addresses.door},
            "sftp": {"port": 0},
            "keys": [
                {"name": "demo-operator", "role": "operator", "sha256": operator_hash},
                *(
                    {"name": f"demo-{name}", "role": "system", "scope": scope, "sha256": systems[scope][1]}
                    for name, scope in _SYSTEMS.items()
                ),
            ],
        },
    )
    receivers = {OWN["id"]: OWN} | {
        each.receiver[1]: {"qualifier": each.receiver[0], "id": each.receiver[1]} for each in strangers
    }
    as2 = {"names": ["DEMO-BUYER"], "url": addresses.as2, "keys": [{"name": "main", "key": str(run / "own.key")}]}
    own = {"name": "Demo Manufacturing", "identities": list(receivers.values()), "as2": as2}
    _dump(folder / "partners" / "own.yaml", own)
    _dump(folder / "partners" / "supplier.yaml", _supplier(addresses.supplier))
    _dump(folder / "partners" / f"{SFTP_PARTNER}.yaml", _sftp_supplier(write_ssh_key(run / SFTP_PARTNER / "key")))
    keys = {}
    by_sender: dict[tuple[str, str], set[str]] = {}
    for each in strangers:
        by_sender.setdefault(each.sender, set()).update(each.sets)
    for number, (sender, sets) in enumerate(by_sender.items(), start=1):
        name = f"stranger{number}"
        key, digest = new_key(name)
        keys["*".join(sender)] = key
        _dump(folder / "partners" / f"{name}.yaml", _stranger(name, sender, sorted(sets), digest))
    return Keys(operator, systems["planning"][0], systems["procurement"][0], systems["wms"][0], keys)


def _supplier(address: str) -> dict[str, Any]:
    inbound = [{"document": set_id, "direction": "inbound", "role": "buyer"} for set_id in ("855", "856", "810")]
    outbound = [{"document": set_id, "direction": "outbound", "role": "buyer"} for set_id in ("830", "850")]
    return {
        "partner": "supplier",
        "name": "Demo Supplier Inc.",
        "identities": [{"qualifier": "ZZ", "id": "DEMOSUPPLIER"}],
        "channels": {
            "as2": {
                "names": ["DEMO-SUPPLIER"],
                "certificates": [{"file": "certs/partners/supplier.pem"}],
                "send": {"url": f"{address}/as2"},
                "receipt": {"ask": "async"},
                "receive": {"reply_to": [f"{address}/as2"]},
            }
        },
        "defaults": {
            "version": "004010",
            "transport": "as2",
            "ordered_by": "order",
            "match": {"price_percent": 2, "days_late": 365, "days_early": 365},
        },
        "agreements": [*outbound, *inbound],
    }


def _sftp_supplier(public_key: str) -> dict[str, Any]:
    return {
        "partner": SFTP_PARTNER,
        "name": "Demo Small Works",
        "identities": [{"qualifier": "ZZ", "id": SFTP_ID}],
        "channels": {"sftp": {"account": {"keys": [public_key]}}},
        "defaults": {"version": "004010", "transport": "sftp"},
        "agreements": [{"document": "855", "direction": "inbound", "role": "buyer"}],
    }


def _stranger(name: str, sender: tuple[str, str], sets: list[str], key_hash: str) -> dict[str, Any]:
    agreements = [
        {"document": set_id, "direction": "inbound", "role": "seller" if set_id in _SELLER_SETS else "buyer"}
        for set_id in sets
    ]
    return {
        "partner": name,
        "name": f"Stranger {sender[1]}",
        "identities": [{"qualifier": sender[0], "id": sender[1]}],
        "api_keys": [{"name": "main", "sha256": key_hash}],
        "channels": {"rest": {}, "folder": {"inbound": f"in/{name}", "outbound": f"out/{name}"}},
        "defaults": {"test_to_erp": True, "transport": "folder"},
        "agreements": agreements,
    }


def _dump(path: Path, data: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
