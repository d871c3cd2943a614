"""One door of a system: a key, one kind of body, and what that body means. All doors of systems are rows of this kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from gateway.pipeline.outbound.accept import MessageInvalid, NoAgreement
from gateway.pipeline.ports import World
from gateway.pipeline.thread.intake import Also, Told, take
from gateway.pipeline.thread.saying.said import Said
from gateway.systems.keys import Keys
from gateway.systems.words import Accepted, Body
from gateway.web.app import BODY_LIMIT, TRACKING
from gateway.web.asking import IDEMPOTENCY_KEY, idempotency_key, read_query
from gateway.web.bodies import read as read_body
from gateway.web.problems import ProblemError, of_error
from gateway.web.routes import Answer, Route

JSON_TYPE = "application/json"
PROBLEMS = (400, 401, 403, 408, 409, 413, 415, 417, 422, 503)
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a body means: when it happened, what it says of orders, and what else is done with it."""

    at: datetime | None
    sayings: Sequence[Said] = ()
    also: Also | None = None


@dataclass(frozen=True, slots=True)
class Door:
    """A row: where, for which scope, which body, and how it is read."""

    path: str
    name: str
    summary: str
    scope: str
    body: type[Body]
    read: Callable[[Any], Meaning]

    def route(self, world: World, keys: Keys) -> Route:
        """Return the row of the HTTP interface for this door."""

        async def post(request: web.Request) -> web.StreamResponse:
            system = await keys.system(request, self.scope)
            if request.content_type != JSON_TYPE:
                words = f"{request.content_type} is not read here. Send application/json."
                raise ProblemError(415, "media-type", "Unsupported media type", words)
            read_query(request, ())
            key = idempotency_key(request)
            data = await read_body(request, request.app[BODY_LIMIT])
            told = self._told(data, key, world)
            try:
                [taken] = await take(world, system, [told], request[TRACKING])
            except (NoAgreement, MessageInvalid) as error:  # What it asks for can't be written, so nothing is kept.
                return of_error(error, request[TRACKING], 422)
            return accepted(Accepted.of(taken).model_dump_json())

        answer = Answer(202, "Kept, and judged as far as the orders are known.", Accepted)
        scope = f"system with scope {self.scope}"
        return Route(
            "POST", self.path, post, self.name, self.summary, scope, (answer,), PROBLEMS, (IDEMPOTENCY_KEY,),
            {JSON_TYPE: self.body}, "systems",
        )  # fmt: skip

    def _told(self, data: bytes, key: str | None, world: World) -> Told:
        body = checked(self.body, data)
        if body.partner is not None and body.partner not in world.configuration().directory.partners:
            words = f"there is no partner {body.partner!r}; correct the name, or leave it out"
            raise invalid([{"where": "/partner", "message": words, "code": "field-invalid"}])
        meaning = self.read(body)
        key = key or (f"id:{body.id}" if body.id is not None else None)
        return Told(data, JSON_TYPE, meaning.at, meaning.sayings, key, body.partner or "", meaning.also)


def checked(model: type[Any], data: bytes) -> Any:
    """Return a body as its model; raise ProblemError that names every fault of it."""
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise invalid(
            [
                {
                    "where": "".join(f"/{part}" for part in item["loc"]) or "/",
                    "message": str(item["msg"]),
                    "code": "field-invalid",
                }
                for item in error.errors(include_url=False)
            ]
        ) from None


def invalid(faults: list[dict[str, Any]]) -> ProblemError:
    """Return the problem of a body that is not what its schema asks for."""
    shown = "; ".join(f"{fault['where']}: {fault['message']}" for fault in faults[:10])
    words = f"The body is not what its schema asks for: {shown}. Correct it and send it again."
    return ProblemError(422, "message-invalid", "Message invalid", words, faults=faults)


def accepted(body: str) -> web.Response:
    """Answer that something is kept."""
    return web.Response(status=202, body=body.encode(), content_type=JSON_TYPE)
