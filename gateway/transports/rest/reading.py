"""GET /api/v1/documents: what became of documents. A partner sees its own and nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from gateway.errors import NotFound
from gateway.pipeline.ports import World
from gateway.pipeline.views import DocumentQuery, Views
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.transmission import Transmission
from gateway.transports.rest.callers import Caller, Callers
from gateway.transports.rest.models import (
    AcknowledgmentBody,
    CaseBody,
    CaseList,
    DocumentBody,
    DocumentList,
    EventBody,
    LookupBody,
)
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Parameter, Route

_TEXT = {"type": "string", "maxLength": 255}
_PAGE = (
    Parameter("after", "query", {"type": "integer", "minimum": 0, "maximum": 2**53}, "Cursor: rows behind this one."),
    Parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 500, "default": 50}, "How many rows."),
)
_FILTERS = ("direction", "set", "state", "acknowledgment", "order_number", "document_number", "partner")


class DocumentReading:
    """Looks documents up."""

    def __init__(self, world: World, views: Views, callers: Callers) -> None:
        self._world = world
        self._views = views
        self._callers = callers

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List documents."""
        caller = self._callers.identify(request)
        after, limit = page_of(request)
        asked = {name: request.query.get(name) or None for name in _FILTERS}
        query = DocumentQuery(
            partner=caller.sees or asked["partner"],
            direction=asked["direction"],
            set_id=asked["set"],
            state=asked["state"],
            acknowledgment=asked["acknowledgment"],
            order_number=asked["order_number"],
            document_number=asked["document_number"],
            since=_moment(request, "since"),
            until=_moment(request, "until"),
        )
        page = await self._views.documents(query, after, limit)
        return reply(DocumentList(items=[DocumentBody.of(item) for item in page.items], after=page.after))

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Show one document, or a transmission with its documents."""
        caller = self._callers.identify(request)
        wanted = request.match_info["id"]
        document = await self._views.document(wanted)
        if document is None:
            transmission = await self._transmission(wanted, caller)
            documents = await self._views.documents_in(wanted)
            if len(documents) != 1:
                return reply(await self._show_transmission(transmission, documents, caller))
            document = documents[0]
        if caller.sees is not None and document.partner != caller.sees:
            raise NotFound
        return reply(await self._show_document(document, caller))

    async def content(self, request: web.Request) -> web.StreamResponse:
        """Return the exact bytes of a transmission or document."""
        caller = self._callers.identify(request)
        wanted = request.match_info["id"]
        document = await self._views.document(wanted)
        if document is not None:
            if caller.sees is not None and document.partner != caller.sees:
                raise NotFound
            wanted = (
                document.sent_in if document.direction == "outbound" and document.sent_in else document.transmission_id
            )
        transmission = await self._transmission(wanted, caller)
        if caller.sees is not None and not transmission.source.startswith("partner:"):
            raise NotFound
        data = await self._world.vault.read(transmission.digest)
        return web.Response(body=data, content_type="application/octet-stream")

    async def cases(self, request: web.Request) -> web.StreamResponse:
        """List what waits for a person."""
        self._callers.operator(request)
        after, limit = page_of(request)
        page = await self._views.open_cases(request.query.get("partner") or None, after, limit)
        return reply(CaseList(items=[CaseBody.of(case) for case in page.items], after=page.after))

    async def _transmission(self, wanted: str, caller: Caller) -> Transmission:
        transmission = await self._views.transmission(wanted)
        if transmission is None or (caller.sees is not None and transmission.partner != caller.sees):
            raise NotFound
        return transmission

    async def _show_transmission(
        self, transmission: Transmission, documents: list[Document], caller: Caller
    ) -> LookupBody:
        inside = caller.partner is None
        return LookupBody(
            kind="transmission",
            id=transmission.id,
            state=transmission.state,
            created_at=transmission.created_at,
            size=transmission.size,
            sha256=transmission.digest,
            detail=transmission.detail,
            documents=[DocumentBody.of(document) for document in documents],
            timeline=[EventBody.of(event, inside=inside) for event in await self._views.events([transmission.id])],
            cases=[CaseBody.of(case) for case in await self._views.cases([transmission.id])] if inside else [],
        )

    async def _show_document(self, document: Document, caller: Caller) -> LookupBody:
        inside = caller.partner is None
        subjects = [document.id, document.transmission_id]
        if document.sent_in is not None:
            subjects.append(document.sent_in)
        canonical: dict[str, Any] | None = None
        ours = caller.sees is None or document.direction == "inbound" or document.state == DocumentState.SENT
        if document.canonical is not None and ours:
            canonical = json.loads(await self._world.vault.read(document.canonical))
        return LookupBody(
            kind="document",
            id=document.id,
            state=document.state,
            created_at=document.created_at,
            detail=document.detail if inside else None,
            document=DocumentBody.of(document),
            canonical=canonical,
            acknowledgments=await self._acknowledgments(document),
            timeline=[EventBody.of(event, inside=inside) for event in await self._views.events(subjects)],
            cases=[CaseBody.of(case) for case in await self._views.cases(subjects)] if inside else [],
        )

    async def _acknowledgments(self, document: Document) -> list[AcknowledgmentBody]:
        sent = await self._views.transmission(document.answers) if document.answers else None
        if sent is None:
            return []
        content = (await self._world.vault.read(sent.digest)).decode("utf-8", "replace")
        return [AcknowledgmentBody(id=sent.id, set=sent.name or "", state=sent.state, content=content)]

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        filters = tuple(Parameter(name, "query", _TEXT, f"Only documents with this {name}.") for name in _FILTERS)
        times = tuple(
            Parameter(name, "query", {"type": "string", "format": "date-time"}, words)
            for name, words in (("since", "Received then or later."), ("until", "Received before then."))
        )
        found = (Answer(200, "What stands under the id.", LookupBody),)
        return [
            Route("GET", "/api/v1/documents", self.list_all, "listDocuments", "List documents", "partner or operator",
                  (Answer(200, "Documents in the order of their arrival.", DocumentList),), (400, 401),
                  (*filters, *times, *_PAGE), tag="documents"),
            Route("GET", "/api/v1/documents/{id}", self.look_up, "getDocument",
                  "State, timeline, faults, canonical message and acknowledgments of a document", "partner or operator",
                  found, (401, 404), tag="documents"),
            Route("GET", "/api/v1/documents/{id}/content", self.content, "getDocumentContent",
                  "The exact bytes", "partner or operator",
                  (Answer(200, "The bytes as they came or went.", None, "application/octet-stream"),), (401, 404, 503),
                  tag="documents"),
            Route("GET", "/api/v1/cases", self.cases, "listCases", "List what waits for a person", "operator",
                  (Answer(200, "Open cases, oldest first.", CaseList),), (400, 401, 403),
                  (Parameter("partner", "query", _TEXT, "Only cases with this partner."), *_PAGE), tag="cases"),
        ]  # fmt: skip


def page_of(request: web.Request) -> tuple[int, int]:
    """Read cursor and limit; raise ProblemError for what are none."""
    try:
        after, limit = int(request.query.get("after") or 0), int(request.query.get("limit") or 50)
    except ValueError:
        after, limit = -1, 0
    if not (0 <= after <= 2**53 and 1 <= limit <= 500):
        raise ProblemError(400, "page", "Page invalid", "after is a cursor from an answer before; limit is 1 to 500.")
    return after, limit


def _moment(request: web.Request, name: str) -> datetime | None:
    text = request.query.get(name)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        words = f"{name} is a time such as 2026-11-21T08:00:00Z."
        raise ProblemError(400, "time", "Time invalid", words) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def reply(body: BaseModel, status: int = 200) -> web.Response:
    """Answer with a model as JSON."""
    return web.Response(status=status, body=body.model_dump_json().encode(), content_type="application/json")
