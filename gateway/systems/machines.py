"""Events of any machine or system as CloudEvents 1.0 in JSON, one or a batch: kept, told on, and weighed against open orders.

Structured mode (clause 3.2 of the HTTP binding) and batched mode (3.3). An event comes once under its source and id (clause
3.1.1 of the specification). What nobody here knows is kept and told on like all others.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, RootModel, StringConstraints, model_validator

from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.intake import Told, take
from gateway.pipeline.thread.reporting import put_at_risk, report
from gateway.systems.door import LONGEST_KEY, PROBLEMS, accepted, checked, invalid
from gateway.systems.keys import Keys
from gateway.systems.words import Accepted
from gateway.tracking.transmission import Transmission
from gateway.web.app import BODY_LIMIT, TRACKING
from gateway.web.asking import read_query
from gateway.web.bodies import read as read_body
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Route

ONE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
LARGEST_BATCH = 1000
SCOPE = "events"
# The last part of a type that says that something can't be made, or used, for a while: com.example.press.downtime.
AT_RISK = ("downtime", "breakdown", "maintenance", "shutdown")
_LONGEST_VALUE = 255

_Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]


class CloudEvent(BaseModel):
    """A CloudEvent. ``data`` may name an ``item`` and a ``plant``; extensions may stand beside."""

    model_config = ConfigDict(extra="allow", frozen=True)

    specversion: Literal["1.0"]
    id: _Text
    source: _Text
    type: _Text
    subject: _Text | None = None
    time: AwareDatetime | None = None
    datacontenttype: _Text | None = None
    dataschema: _Text | None = None
    data: Any = None
    data_base64: str | None = None

    @model_validator(mode="after")
    def _as_specified(self) -> CloudEvent:
        for name, value in (self.model_extra or {}).items():
            if not (name.isascii() and name.isalnum() and name == name.lower()):
                raise ValueError(
                    f"{name[:40]!r} is no name of an extension: lower-case letters and digits (clause 3.1)"
                )
            if value is not None and not isinstance(value, str | int | bool):
                raise ValueError(f"the extension {name[:40]} is no text, whole number or truth (clause 3.2)")
        if self.data is not None and self.data_base64 is not None:
            raise ValueError("data and data_base64 exclude one another; send one of them")
        return self

    @property
    def key(self) -> str:
        """Under which it comes once."""
        key = f"event:{self.source} {self.id}"
        return key if len(key) <= LONGEST_KEY else f"event:{hashlib.sha256(key.encode()).hexdigest()}"


class CloudEvents(RootModel[list[CloudEvent]]):
    """A batch."""


class EventsAccepted(BaseModel):
    """They are kept, in the order in which they came."""

    items: list[Accepted]


class EventsDoor:
    """The door for events of machines and other systems."""

    def __init__(self, world: World, keys: Keys) -> None:
        self._world, self._keys = world, keys

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Take one event, or all of a batch or none."""
        system = await self._keys.system(request, SCOPE)
        read_query(request, ())
        if request.content_type not in (ONE, BATCH):
            words = f"{request.content_type} is not read here. Send {ONE} (structured mode) or {BATCH}."
            raise ProblemError(415, "media-type", "Unsupported media type", words)
        data = await read_body(request, request.app[BODY_LIMIT])
        pieces = [data] if request.content_type == ONE else cut(data)
        told = [_told(piece, checked(CloudEvent, piece)) for piece in pieces]
        taken = await take(self._world, system, told, request[TRACKING])
        return accepted(EventsAccepted(items=[Accepted.of(each) for each in taken]).model_dump_json())

    def route(self) -> Route:
        """Return the row of this door."""
        answer = Answer(202, "Kept, and told on.", EventsAccepted)
        return Route(
            "POST", "/api/v1/events", self.post, "postEvents", "Tell of events as CloudEvents",
            f"system with scope {SCOPE}", (answer,), PROBLEMS, (), {ONE: CloudEvent, BATCH: CloudEvents}, "systems",
        )  # fmt: skip


def cut(data: bytes) -> list[bytes]:
    """Cut a batch into its events, each exactly as it came; raise ProblemError for what is no JSON array of so many."""
    try:
        text = data.decode()
        if not isinstance(json.loads(text), list):
            raise invalid([{"where": "/", "message": "a batch is a JSON array of events", "code": "field-invalid"}])
        return _elements(text)
    except (ValueError, RecursionError):
        words = "the body is no JSON in UTF-8"
        raise invalid([{"where": "/", "message": words, "code": "field-invalid"}]) from None


def _elements(text: str) -> list[bytes]:
    decoder, place = json.JSONDecoder(), text.index("[") + 1
    found: list[bytes] = []
    while True:
        while text[place] in " \t\r\n,":
            place += 1
        if text[place] == "]":
            return found
        _value, end = decoder.raw_decode(text, place)
        found.append(text[place:end].encode())
        if len(found) > LARGEST_BATCH:
            words = f"a batch holds at most {LARGEST_BATCH} events; send several"
            raise invalid([{"where": "/", "message": words, "code": "field-invalid"}])
        place = end


def _told(data: bytes, event: CloudEvent) -> Told:
    return Told(data, ONE, event.time, key=event.key, also=partial(_weigh, event=event))


def _weigh(uow: UnitOfWork, world: World, transmission: Transmission, *, event: CloudEvent) -> Sequence[Task]:
    """Tell on what came, and which open orders it puts at risk."""
    about = event.data if isinstance(event.data, dict) else {}
    cause = {"type": event.type, "reference": event.id}
    values = {str(name): value for name, value in about.items() if _flat(str(name)) and _flat(value)}
    report(uow, world, transmission, "system.event", {**cause, "values": values})
    item, plant = values.get("item"), values.get("plant")
    if event.type.lower().rpartition(".")[2] in AT_RISK and (item or plant):
        put_at_risk(uow, world, transmission, cause, item, plant)
    return []


def _flat(value: object) -> bool:
    """Tell whether something is text that may be told on."""
    return isinstance(value, str) and len(value) <= _LONGEST_VALUE and value.isprintable()
