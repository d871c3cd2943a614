"""Reads the body of what a person asks for: small JSON, by its model. Knows no record."""

from __future__ import annotations

from typing import TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from gateway.web.bodies import read
from gateway.web.problems import ProblemError

_BODY_BYTES = 16 << 10
B = TypeVar("B", bound=BaseModel)


async def read_model(request: web.Request, kind: type[B], example: str) -> B:
    """Return the body by its model; raise ProblemError that names every mistake and shows an ``example``."""
    try:
        return kind.model_validate_json(await read(request, _BODY_BYTES))
    except ValidationError as error:
        said = "; ".join(
            f"{'.'.join(map(str, item['loc'])) or 'body'}: {item['msg']}" for item in error.errors(include_url=False)
        )
        words = f"{said}. Send JSON such as {example}."
        raise ProblemError(400, "body-invalid", "Body invalid", words) from None
