"""The description of the API, made from the table of routes and the pydantic models: OpenAPI 3.1."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from aiohttp import web
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from gateway.web.asking import ID_PATTERN
from gateway.web.problems import CONTENT_TYPE, Problem
from gateway.web.routes import Answer, Route

_PROBLEM_WORDS = {
    400: "The request can't be understood.",
    401: "No valid key.",
    403: "The key is for something else.",
    404: "There is nothing under this id that the key may see.",
    405: "This method is not for this path.",
    408: "The body did not come in time.",
    409: "The idempotency key was used with another body.",
    410: "The bytes were purged after their time; only their proof is left.",
    411: "The length is missing.",
    413: "The body is over the bound.",
    415: "This media type or encoding is not read here.",
    417: "This expectation can't be met.",
    422: "The content breaks its schema.",
    503: "The ledger can't be written now.",
}
_REFS = "#/components/schemas/{model}"


def describe(routes: Sequence[Route], title: str, version: str) -> dict[str, Any]:
    """Return the OpenAPI document."""
    models = _models(routes)
    names, definitions = models_json_schema([(model, "serialization") for model in models], ref_template=_REFS)
    schemas = dict(definitions.get("$defs", {}))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": version,
            "description": "Documents of trading partners in and out. Every problem is RFC 9457 and says what to do next.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "The key of a partner or ERP."}
            },
        },
    }


def description(routes: Sequence[Route], title: str, version: str) -> Route:
    """Return the row that describes all rows, itself included."""

    @cache
    def said() -> dict[str, Any]:
        # The schemas of all models take as long to make as all else at a start, and most starts are never asked for them.
        return describe(every, title, version)

    async def openapi(_request: web.Request) -> web.StreamResponse:
        return web.json_response(await asyncio.to_thread(said))

    row = Route(
        "GET",
        "/api/v1/openapi.json",
        openapi,
        "getDescription",
        "This description",
        "",
        (Answer(200, "OpenAPI 3.1.", None, "application/json"),),
        tag="health",
    )
    every = [*routes, row]
    return row


def _models(routes: Sequence[Route]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {Problem: None}
    for route in routes:
        for model in route.bodies.values():
            if model is not None:
                found[model] = None
        for answer in route.answers:
            if isinstance(answer.model, type):
                found[answer.model] = None
    return list(found)


def _operation(route: Route, names: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": {str(answer.status): _answer(answer, names) for answer in route.answers},
    }
    if route.tag:
        operation["tags"] = [route.tag]
    said = {p.name for p in route.parameters if p.place == "path"}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": ID_PATTERN}}
        for name in re.findall(r"\{(\w+)\}", route.path)
        if name not in said
    ]
    parameters += [
        {"name": p.name, "in": p.place, "required": p.required, "schema": p.schema, "description": p.words}
        for p in route.parameters
    ]
    if parameters:
        operation["parameters"] = parameters
    if route.scope:
        operation["security"] = [{"key": []}]
        operation["description"] = f"Needs a key of: {route.scope}."
    if route.bodies:
        operation["requestBody"] = {
            "required": True,
            "content": {
                media: {"schema": names[model, "serialization"] if model else {"type": "string", "format": "binary"}}
                for media, model in route.bodies.items()
            },
        }
    schema = names[Problem, "serialization"]
    for status in route.problems:
        words = _PROBLEM_WORDS[status]
        operation["responses"][str(status)] = {"description": words, "content": {CONTENT_TYPE: {"schema": schema}}}
    return operation


def _answer(answer: Answer, names: dict[Any, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"description": answer.words}
    if answer.headers:
        made["headers"] = {
            name: {"description": words, "schema": {"type": "string"}} for name, words in answer.headers.items()
        }
    if isinstance(answer.model, TypeAdapter):
        made["content"] = {answer.media_type: {"schema": answer.model.json_schema(ref_template=_REFS)}}
    elif answer.model is not None:
        made["content"] = {answer.media_type: {"schema": names[answer.model, "serialization"]}}
    elif answer.media_type == "application/json":
        made["content"] = {answer.media_type: {"schema": {"type": "object"}}}
    else:
        made["content"] = {answer.media_type: {"schema": {"type": "string", "format": "binary"}}}
    return made
