"""Who decides at this terminal, and a world that is light enough for a command: no door, no ERP and no partner is reached."""

from __future__ import annotations

import getpass
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.cli.ledger import with_ledger
from gateway.configuration import load_configuration
from gateway.errors import NotAllowed
from gateway.ledger.sql_ledger import SqlLedger
from gateway.pipeline.ports import World
from gateway.settings import Settings, load_settings
from gateway.stamps import IdMaker, utc_now
from gateway.stores import make_vault
from gateway.tracking.approval import Person
from gateway.web.keys import key_hash

T = TypeVar("T")


def person_here(settings: Settings) -> Person:
    """Return whose key GATEWAY_OPERATOR_KEY is; without one, who is logged in on this machine, who has no roles."""
    key = settings.environment.operator_key.get_secret_value()
    if not key:
        return Person(getpass.getuser())
    for known in settings.gateway.keys:
        if known.role == "operator" and known.sha256 == key_hash(key):
            return known.operator
    raise NotAllowed("GATEWAY_OPERATOR_KEY is no key of an operator. Take one from gateway.yaml, or unset it.")


def with_world(work: Callable[[SqlLedger, World, Settings], Awaitable[T]]) -> T:
    """Run ``work`` on the ledger with the configuration in force; steps that follow are done by the running gateway."""
    settings = load_settings()
    configuration = load_configuration(settings.environment.config_dir, frozenset(settings.gateway.erps))

    async def run(database: SqlLedger) -> T:
        world = World(
            ledger=database,
            vault=make_vault(settings, database, shared=True),
            configuration=lambda: configuration,
            erps={},
            senders={},
            clock=utc_now,
            new_id=IdMaker(),
            random=random.SystemRandom().random,
            wake=lambda _tasks: None,
            routing=settings.gateway.routing,
        )
        return await work(database, world, settings)

    return with_ledger(run)
