"""POST /api/v1/documents: a partner hands in an interchange, canonical JSON or CSV. Answered only after the commit."""

from __future__ import annotations

from aiohttp import web

from gateway.pipeline.inbound.by_csv import CSV_TYPE
from gateway.pipeline.inbound.receive import Receipt, Submission, receive
from gateway.pipeline.inbound.submitted import CanonicalSubmission
from gateway.pipeline.ports import World
from gateway.transports.rest.callers import Callers
from gateway.transports.rest.csv_door import DOCUMENT, checked_csv
from gateway.transports.rest.models import ReceiptBody
from gateway.web.app import TRACKING
from gateway.web.asking import IDEMPOTENCY_KEY, idempotency_key
from gateway.web.bodies import chunks
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Route

X12_TYPES = ("application/edi-x12", "application/x12", "text/plain", "application/octet-stream")
JSON_TYPE = "application/json"


class DocumentReceiver:
    """The door for documents of partners."""

    def __init__(self, world: World, callers: Callers) -> None:
        self._world = world
        self._callers = callers

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Take a document in."""
        partner = self._callers.partner(request)
        if request.content_type not in (*X12_TYPES, JSON_TYPE, CSV_TYPE):
            words = f"{request.content_type} is not read here. Send application/edi-x12, application/json or text/csv."
            raise ProblemError(415, "media-type", "Unsupported media type", words)
        key = idempotency_key(request)
        content_type, body = request.content_type, chunks(request, self._world.bounds.transmission_bytes)
        if content_type == CSV_TYPE:
            content_type, body = await checked_csv(request, partner, self._world)
        stage = self._world.vault.stage()
        try:
            async for chunk in body:
                await stage.write(chunk)
        except BaseException:
            await stage.abandon()
            raise
        blob = await stage.finish()
        if not blob.size:
            words = "The body is empty. Send an X12 interchange that begins with ISA, or canonical JSON."
            raise ProblemError(400, "empty", "Empty body", words)
        submission = Submission(
            transport="rest",
            blob=blob,
            tracking_id=request[TRACKING],
            partner=partner,
            content_type=content_type,
            remote=request.remote,
            idempotency_key=key,
        )
        return _answered(await receive(submission, self._world))

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        return [
            Route(
                "POST",
                "/api/v1/documents",
                self.post,
                "postDocument",
                "Hand in an X12 interchange, a canonical document, or CSV as agreed",
                "partner",
                (
                    Answer(
                        202,
                        "Stored. What becomes of it stands at the location.",
                        ReceiptBody,
                        headers={"Location": "Where to look."},
                    ),
                ),
                (400, 401, 403, 408, 409, 413, 415, 417, 422, 503),
                (IDEMPOTENCY_KEY, DOCUMENT),
                {"application/edi-x12": None, JSON_TYPE: CanonicalSubmission, CSV_TYPE: None},
                "documents",
            )
        ]


def _answered(receipt: Receipt) -> web.Response:
    location = f"/api/v1/documents/{receipt.id}"
    body = ReceiptBody(id=receipt.id, state=receipt.state, duplicate=receipt.duplicate, location=location)
    return web.Response(
        status=202,
        body=body.model_dump_json().encode(),
        content_type="application/json",
        headers={"Location": location},
    )
