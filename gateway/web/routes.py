"""A route as a row: path, handler, and all that the description of the API says about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from aiohttp import web
from pydantic import BaseModel, TypeAdapter

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query or header parameter; ``schema`` is JSON Schema."""

    name: str
    place: str
    schema: dict[str, Any]
    words: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: its status in words, and what it holds."""

    status: int
    words: str
    model: type[BaseModel] | TypeAdapter[Any] | None = None
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)  # name -> description


@dataclass(frozen=True, slots=True)
class Route:
    """One row of an API. ``scope`` says whose key opens it; empty: no key is asked for."""

    method: str
    path: str
    handler: Handler
    name: str
    summary: str
    scope: str
    answers: tuple[Answer, ...]
    problems: tuple[int, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    bodies: dict[str, type[BaseModel] | None] = field(default_factory=dict)  # media type -> model, None for bytes
    tag: str = ""


def add_routes(app: web.Application, routes: Sequence[Route]) -> None:
    """Put routes into an application."""
    for route in routes:
        app.router.add_route(route.method, route.path, route.handler, name=route.name, expect_handler=_not_yet)


async def _not_yet(_request: web.Request) -> None:
    """Let ``Expect: 100-continue`` wait: the body is asked for by whoever reads it (`gateway.web.bodies`), after the key."""
