"""Who is at the door: a partner, who sees its own documents only, or an operator of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from gateway.errors import NotAllowed
from gateway.pipeline.ports import World
from gateway.tracking.approval import Person
from gateway.trading.directory import Partner
from gateway.web.keys import presented_hash
from gateway.web.problems import ProblemError


@dataclass(frozen=True, slots=True)
class Caller:
    """Exactly one of both: a partner, or an operator by the name of its key."""

    partner: Partner | None = None
    operator: str | None = None

    @property
    def sees(self) -> str | None:
        """The partner to which the view is limited; None for an operator, who sees all."""
        return self.partner.id if self.partner is not None else None


class Callers:
    """Knows the keys."""

    def __init__(self, world: World, operators: Mapping[str, str], people: Mapping[str, Person] | None = None) -> None:
        self._world = world
        self._operators = operators  # hash -> name
        self._people = people or {}  # name of a key -> whose it is

    def identify(self, request: web.Request) -> Caller:
        """Return who presents a valid key; raise NotAllowed."""
        presented = presented_hash(request)
        operator = self._operators.get(presented)
        if operator is not None:
            return Caller(operator=operator)
        found = self._world.configuration().directory.find_by_key_hash(presented, self._world.clock().date())
        if found is None:
            raise NotAllowed
        return Caller(partner=found[0])

    def partner(self, request: web.Request) -> Partner:
        """Return the partner that presents a key; an operator's key is for other doors."""
        caller = self.identify(request)
        if caller.partner is None:
            words = "This is the door of partners. Use the key of a partner."
            raise ProblemError(403, "wrong-key", "Wrong kind of key", words)
        return caller.partner

    def operator(self, request: web.Request) -> str:
        """Return the operator that presents a key."""
        caller = self.identify(request)
        if caller.operator is None:
            words = "This is the door of operators. Use a key with role operator from gateway.yaml."
            raise ProblemError(403, "wrong-key", "Wrong kind of key", words)
        return caller.operator

    def person(self, request: web.Request) -> Person:
        """Return the person whose operator's key is presented, with the roles in which it may approve."""
        name = self.operator(request)
        return self._people.get(name) or Person(name, proven=True)
