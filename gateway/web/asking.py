"""What a request asks beside its body: query parameters, the id in its path, its Idempotency-Key. Checked as described.

The same rows that make the OpenAPI description are what is checked here, so that the description is never kinder or stricter
than the door.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import web

from gateway.errors import NotFound
from gateway.web.problems import ProblemError
from gateway.web.routes import Parameter

ID_PATTERN = "^[A-Za-z0-9._-]{1,100}$"
PAGE_LIMIT = 50

PAGE = (
    Parameter("after", "query", {"type": "integer", "minimum": 0, "maximum": 2**53}, "Cursor: rows behind this one."),
    Parameter(
        "limit", "query", {"type": "integer", "minimum": 1, "maximum": 500, "default": PAGE_LIMIT}, "How many rows."
    ),
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "The same key with the same body gets the first answer; with another body it is refused.",
)


def text(longest: int = 255) -> dict[str, Any]:
    """Return the schema of a text without control characters."""
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"^[^\x00-\x1f\x7f]+$"}


def read_query(request: web.Request, parameters: Sequence[Parameter]) -> dict[str, str]:
    """Return what the query says, by name; raise ProblemError that names every mistake in it."""
    rows = {row.name: row for row in parameters if row.place == "query"}
    faults = []
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        if name not in rows:
            words = f"is no parameter here; there are: {', '.join(rows)}"
        elif len(values) > 1:
            words = "stands there more than once"
        else:
            words = _wrong(values[0], rows[name].schema)
        if words:
            faults.append({"where": _shown(name), "message": words, "code": "parameter-invalid"})
    if faults:
        said = "; ".join(f"{fault['where']} {fault['message']}" for fault in faults[:10])
        words = f"{said}. Correct the query and ask again."
        raise ProblemError(400, "query-invalid", "Query invalid", words, faults=faults)
    return dict(request.query)


def page_of(asked: dict[str, str]) -> tuple[int, int]:
    """Return the cursor and the number of rows of a checked query."""
    return int(asked.get("after", 0)), int(asked.get("limit", PAGE_LIMIT))


def moment(said: str | None) -> datetime | None:
    """Return a time in UTC, one without a zone being in UTC; raise ValueError for what is none."""
    if said is None:
        return None
    found = datetime.fromisoformat(said.replace(" ", "+"))  # A plus that was not escaped arrives as a blank.
    try:
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except OverflowError:
        raise ValueError("before the year 1 or after 9999") from None


def day(said: str | None) -> date | None:
    """Return a day as ISO 8601 writes it; None for what is none."""
    try:
        return date.fromisoformat(said) if said is not None and re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}", said) else None
    except ValueError:
        return None


def named(request: web.Request, parameter: Parameter) -> str:
    """Return what stands in the path where it is no id of ours; what can't be there is not found."""
    found = request.match_info[parameter.name]
    if _wrong(found, parameter.schema):
        raise NotFound
    return found


def id_of(request: web.Request) -> str:
    """Return the id in the path; what can't be one is not found."""
    found = request.match_info["id"]
    if re.fullmatch(ID_PATTERN, found) is None:
        raise NotFound
    return found


def idempotency_key(request: web.Request) -> str | None:
    """Return the Idempotency-Key, or None where there is none; raise ProblemError for what can't be one."""
    keys = request.headers.getall("Idempotency-Key", [])
    if not keys:
        return None
    if len(keys) > 1 or _wrong(keys[0], IDEMPOTENCY_KEY.schema):
        words = "An Idempotency-Key is one header of 1 to 255 visible ASCII characters. Use a UUID, for example."
        raise ProblemError(400, "idempotency-key", "Idempotency-Key invalid", words)
    return keys[0]


def _wrong(value: str, schema: dict[str, Any]) -> str:
    """Return what is wrong with a value, or nothing."""
    if schema["type"] == "integer":
        lowest, highest = schema["minimum"], schema["maximum"]
        fits = re.fullmatch("[0-9]{1,18}", value) is not None and lowest <= int(value) <= highest
        return "" if fits else f"is a whole number from {lowest} to {highest}"
    if "enum" in schema:
        return "" if value in schema["enum"] else f"is one of: {', '.join(schema['enum'])}"
    if schema.get("format") == "date":
        return "" if day(value) is not None else "is a day such as 2026-11-21"
    if schema.get("format") == "date-time":
        return "" if _is_moment(value) else "is a time such as 2026-11-21T08:00:00Z"
    if not schema["minLength"] <= len(value) <= schema["maxLength"]:
        return f"has {schema['minLength']} to {schema['maxLength']} characters"
    return "" if re.search(schema["pattern"], value) else "holds a character that can't stand there"


def _is_moment(value: str) -> bool:
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}", value) is None:
        return False
    try:
        return moment(value) is not None
    except ValueError:
        return False


def _shown(name: str) -> str:
    return name.encode("ascii", "backslashreplace").decode()[:60]
