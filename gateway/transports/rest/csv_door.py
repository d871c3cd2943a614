"""CSV at the door for documents: judged before it is taken, so that whoever sends it hears at once what to correct."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from gateway.canonical.message import MessageType
from gateway.pipeline.inbound.by_csv import as_fault, content_type_of, judged, layouts_of, named
from gateway.pipeline.ports import World
from gateway.trading.csv_layout import CsvLayout
from gateway.trading.directory import Partner
from gateway.transports.rest.models import fault_bodies
from gateway.web.bodies import read
from gateway.web.problems import ProblemError
from gateway.web.routes import Parameter

DOCUMENT = Parameter(
    "X-Document",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 60},
    "For text/csv: which document it is, such as order_acknowledgment or 855. Needed where more than one was agreed as CSV.",
)
_SHOWN = 5  # Faults that the detail names; all of them stand in faults.


async def checked_csv(request: web.Request, partner: Partner, world: World) -> tuple[str, AsyncIterator[bytes]]:
    """Read and judge the CSV of a request; return the content type to keep it under, and its bytes.

    Raises ProblemError 422 with every fault by line and column, and as `gateway.web.bodies.read` does.
    """
    row, layout = _meant(request, partner)
    data = await read(request, world.bounds.message_bytes)
    found = await judged(data, layout, row, world)
    if isinstance(found, list):
        told = "; ".join(f"{each.where}: {each.message} ({each.fix})" for each in found[:_SHOWN])
        more = f"; and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        words = f"Nothing of this file was taken. {told}{more}. Correct it and send it again."
        faults = [body.model_dump(mode="json") for body in fault_bodies([as_fault(each) for each in found])]
        raise ProblemError(422, "csv-refused", "CSV refused", words, faults=faults)
    return content_type_of(row), _whole(data)


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


def _meant(request: web.Request, partner: Partner) -> tuple[MessageType, CsvLayout]:
    """Return which document the request says it is."""
    layouts = layouts_of(partner)
    agreed = ", ".join(layouts)
    said = request.headers.get("X-Document", "").strip()
    if not layouts:
        words = "No document was agreed to come as CSV. Send X12 or canonical JSON, or ask us to agree on its columns."
    elif said:
        row = named(said)
        if row is not None and row.name in layouts:
            return row, layouts[row.name][2]
        words = f"X-Document says {said[:60]!r}, which was not agreed as CSV. Agreed: {agreed}. Correct the header."
    elif len(layouts) == 1:
        [(row, _, layout)] = layouts.values()
        return row, layout
    else:
        words = f"Which document it is can't be told. Say it in the header X-Document: {agreed}."
    raise ProblemError(422, "csv-not-agreed", "CSV not agreed", words)
