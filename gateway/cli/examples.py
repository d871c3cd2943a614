"""An example for each command, shown at the end of its ``--help`` and in the reference."""

from __future__ import annotations

from collections.abc import Iterator

import typer
from typer.models import CommandInfo, TyperInfo

# Command as it is typed -> an example that a reader can change.
EXAMPLES: dict[str, str] = {
    "serve": "GATEWAY_CONFIG_DIR=/etc/gateway gateway serve",
    "work": "GATEWAY_DATABASE_URL=postgresql+psycopg://db/gateway gateway work",
    "key": "gateway key sap --role erp",
    "check": "gateway check order.edi --partner acme --json",
    "ack": "gateway ack order.edi > 997.edi",
    "x12 sets": "gateway x12 sets",
    "translate": "gateway translate order.edi --partner acme > orders.jsonl",
    "compose": "gateway compose order.json --partner acme > 850.edi",
    "mapping coverage": "gateway mapping coverage samples/ --partner acme",
    "route": "gateway route 855.edi --partner acme",
    "partner check": "gateway partner check",
    "partner key": "gateway partner key acme",
    "partner list": "gateway partner list",
    "cert new": "gateway cert new as2-2027",
    "cert import": "gateway cert import acme acme-2027.cer",
    "cert list": "gateway cert list acme",
    "cert rollover": "gateway cert rollover acme --plan",
    "sftp ping": "gateway sftp ping acme --write",
    "sftp key": "gateway sftp key sftp/ours",
    "sftp password": "gateway sftp password acme",
    "sftp hostkey list": "gateway sftp hostkey list",
    "sftp hostkey new": "gateway sftp hostkey new --kind ed25519",
    "sftp hostkey retire": "gateway sftp hostkey retire ed25519-1",
    "as2 unpack": "gateway as2 unpack captured.http --partner acme --out opened/",
    "as2 send": "gateway as2 send order.edi --to acme",
    "as2 ping": "gateway as2 ping acme",
    "simulate": "gateway simulate --orders 10000 --suppliers 50 --seed 7",
    "master import": "gateway master import items.csv",
    "master list": "gateway master list cross-references --partner acme",
    "master agree": "gateway master agree --partner acme",
    "case fix": "gateway case fix 01a1fd58c83c0000950f3b51-1 --item A-9=B-1",
    "trace": "gateway trace PO-4711",
    "replay": 'gateway replay 01a1fd58c83c0000950f3b51-1 --reason "part added"',
    "orders": "gateway orders --awaiting ship_notice --late",
    "order show": "gateway order show PO-4711",
    "kpis": "gateway kpis plants_at_risk",
    "scorecard": "gateway scorecard maple --since 2026-10-01",
    "promises": "gateway promises --theirs --overdue",
    "cases": "gateway cases --rank",
    "reconcile": "gateway reconcile --erp erp.csv --wms wms.csv",
    "reconcile list": "gateway reconcile list",
    "reconcile show": "gateway reconcile show nightly-2026-11-21 --state proposed",
    "reconcile apply": "gateway reconcile apply nightly-2026-11-21 --reason lost --yes",
    "reconcile dismiss": "gateway reconcile dismiss nightly-2026-11-21 3 --reason agreed",
    "case show": "gateway case show 01a1fd58c83c0000950f3b51-1:invoice-differs",
    "case accept": "gateway case accept 01a1fd58c83c0000950f3b51-1 --reason agreed",
    "case assign": "gateway case assign 01a1fd58c83c0000950f3b51-1 ann",
    "case comment": 'gateway case comment 01a1fd58c83c0000950f3b51-1 "asked the partner"',
    "case close": "gateway case close 01a1fd58c83c0000950f3b51-1 --reason settled",
    "events": "gateway events --type 'document.*' --follow",
    "webhook list": "gateway webhook list",
    "webhook dead": "gateway webhook dead --webhook shop",
    "webhook replay": "gateway webhook replay --webhook shop",
    "db upgrade": "GATEWAY_DATA_DIR=/var/lib/gateway gateway db upgrade",
    "db copy": "gateway db copy data/ledger.db postgresql+psycopg://db/gateway",
    "evidence export": "gateway evidence export PO-4711 -o case.zip",
    "evidence verify": "gateway evidence verify case.zip",
    "evidence check": "gateway evidence check",
    "evidence hold": 'gateway evidence hold PO-4711 --reason "lawsuit 26-113"',
    "evidence release": 'gateway evidence release PO-4711 --reason "settled"',
    "evidence holds": "gateway evidence holds",
    "evidence purge": "gateway evidence purge --before 2026-01-01",
    "demo": "gateway demo --keep",
}


def commands(app: typer.Typer, before: str = "") -> Iterator[tuple[str, CommandInfo | TyperInfo]]:
    """Yield every command as it is typed, in the order in which they were added."""
    for info in app.registered_commands:
        name = info.name or (info.callback.__name__ if info.callback else "")
        yield f"{before}{name}", info
    for group in app.registered_groups:
        if group.typer_instance is not None:
            if group.typer_instance.info.invoke_without_command is True:
                yield f"{before}{group.name}", group.typer_instance.info
            yield from commands(group.typer_instance, f"{before}{group.name} ")


def add_examples(app: typer.Typer) -> None:
    """Put its example under the help of each command that has one."""
    for name, info in commands(app):
        if name in EXAMPLES:
            info.epilog = f"Example: {EXAMPLES[name]}"
