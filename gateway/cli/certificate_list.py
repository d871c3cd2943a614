"""``gateway cert list``: what certificates there are, and what is next to be done about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import typer

from gateway.cli.console import AS_JSON, configuration, out, write_json, write_rows
from gateway.keyring import Keyring
from gateway.settings import load_settings, read_secret
from gateway.stamps import utc_now
from gateway.trading.certificates import OwnKeyText, Pinned
from gateway.trading.directory import Directory
from gateway.trading.expiry import days_left, everybody, expiring, remarks

OWN = "own"


def list_all(
    owner: str | None = typer.Argument(None, metavar="[PARTNER]", help="Whose; own for ours. By default everybody's."),
    as_json: bool = AS_JSON,
) -> None:
    """List certificates: what for, in which state, until when, which fingerprint, and what is odd."""
    settings = load_settings()
    directory, now = configuration(settings).directory, utc_now()
    keyring = Keyring(settings.environment.data_dir, read_secret)
    shown = [(who or OWN, pinned) for who, pinned in everybody(directory) if owner in (None, who or OWN)]
    if as_json:
        for who, pinned in shown:
            write_json(_facts(who, pinned, now))
        return
    rows = [("whose", "name", "use", "state", "valid until", "days", "fingerprint (SHA-256)")]
    for who, pinned in shown:
        facts = _facts(who, pinned, now)
        rows.append((*(str(facts[each]) for each in ("whose", "name")), ",".join(facts["use"]), facts["state"],
                     facts["valid_until"], str(facts["days"]), facts["fingerprint"]))  # fmt: skip
    write_rows(rows)
    for who, pinned in shown:
        for remark in remarks(pinned, now):
            out.print(f"{who}: {pinned.name} {remark}", markup=False)
    if owner in (None, OWN):
        for warning in keyring.warnings(directory.own_certificates):
            out.print(f"own: {warning}", markup=False)
    out.print(f"Next: {_next(directory, owner, now)}", markup=False)


def _facts(who: str, pinned: Pinned, now: datetime) -> dict[str, Any]:
    end = pinned.certificate.not_after
    days = days_left(pinned, now)
    return {
        "whose": who,
        "name": pinned.name,
        "use": list(pinned.text.use),
        "state": pinned.state_at(now),
        "active_from": pinned.text.active_from,
        "valid_until": f"{end:%Y-%m-%d}" if end is not None else "?",
        "days": days if days is not None else "?",
        "fingerprint": pinned.certificate.fingerprint,
        "subject": pinned.certificate.subject,
        "key": pinned.text.key_file if isinstance(pinned.text, OwnKeyText) else None,
    }


def _next(directory: Directory, owner: str | None, now: datetime) -> str:
    """Return the next action, the most urgent first."""
    near = [each for each in expiring(directory, now) if owner in (None, each.partner or OWN)]
    changing = [who or OWN for who, pinned in everybody(directory)
                if owner in (None, who or OWN) and pinned.state_at(now) in ("pending", "retiring")]  # fmt: skip
    if near and (near[0].partner or OWN) not in changing:
        return near[0].next_action
    if changing:
        return f"gateway cert rollover {changing[0]} --plan"
    if not any(True for _ in everybody(directory)):
        return "gateway cert new NAME"
    return "nothing has to be done now"
