"""GET /api/v1/documents: what became of documents. A partner sees its own and nothing else."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from gateway.errors import NotFound, Purged
from gateway.pipeline.ports import World
from gateway.pipeline.views import DocumentQuery, Page, Views
from gateway.tracking.document import AcknowledgmentState, Document, DocumentState
from gateway.tracking.transmission import Transmission
from gateway.transports.rest.callers import Caller, Callers
from gateway.transports.rest.models import (
    AcknowledgmentBody,
    CaseBody,
    ConfirmationBody,
    DocumentBody,
    DocumentList,
    EventBody,
    FaultBody,
    LookupBody,
    fault_bodies,
)
from gateway.web.asking import PAGE, id_of, moment, page_of, read_query, text
from gateway.web.routes import Answer, Parameter, Route

_FILTERS = (
    *(
        Parameter(name, "query", schema, f"Only documents with this {name}.")
        for name, schema in (
            ("direction", {"type": "string", "enum": ["inbound", "outbound"]}),
            ("set", text(60)),
            ("state", {"type": "string", "enum": [str(state) for state in DocumentState]}),
            ("acknowledgment", {"type": "string", "enum": [str(state) for state in AcknowledgmentState]}),
            ("transmission", text()),
            ("order_number", text()),
            ("document_number", text()),
            ("partner", text()),
        )
    ),
    Parameter("since", "query", {"type": "string", "format": "date-time"}, "Received then or later."),
    Parameter("until", "query", {"type": "string", "format": "date-time"}, "Received before then."),
    *PAGE,
)
_SHOWN = 500  # Documents of one transmission; the others are a list of their own.


class DocumentReading:
    """Looks documents up."""

    def __init__(self, world: World, views: Views, callers: Callers) -> None:
        self._world = world
        self._views = views
        self._callers = callers

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        """List documents."""
        caller = self._callers.identify(request)
        asked = read_query(request, _FILTERS)
        query = DocumentQuery(
            partner=caller.sees or asked.get("partner"),
            transmission_id=asked.get("transmission"),
            direction=asked.get("direction"),
            set_id=asked.get("set"),
            state=asked.get("state"),
            acknowledgment=asked.get("acknowledgment"),
            order_number=asked.get("order_number"),
            document_number=asked.get("document_number"),
            since=moment(asked.get("since")),
            until=moment(asked.get("until")),
        )
        page = await self._views.documents(query, *page_of(asked))
        inside = caller.partner is None
        items = [DocumentBody.of(item, inside=inside) for item in page.items]
        return reply(DocumentList(items=items, after=page.after))

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Show one document, or a transmission with its documents."""
        caller = self._callers.identify(request)
        wanted = id_of(request)
        document = await self._views.document(wanted)
        if document is None:
            transmission = await self._transmission(wanted, caller)
            documents = await self._views.documents(DocumentQuery(transmission_id=wanted), 0, _SHOWN)
            if len(documents.items) != 1:
                return reply(await self._show_transmission(transmission, documents, caller))
            document = documents.items[0]
        if caller.sees is not None and document.partner != caller.sees:
            raise NotFound
        return reply(await self._show_document(document, caller))

    async def content(self, request: web.Request) -> web.StreamResponse:
        """Return the exact bytes of a transmission or document."""
        caller = self._callers.identify(request)
        wanted = id_of(request)
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

    async def _transmission(self, wanted: str, caller: Caller) -> Transmission:
        transmission = await self._views.transmission(wanted)
        if transmission is None or (caller.sees is not None and transmission.partner != caller.sees):
            raise NotFound
        return transmission

    async def _show_transmission(
        self, transmission: Transmission, documents: Page[Document], caller: Caller
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
            purged_at=transmission.purged_at,
            documents=[DocumentBody.of(document, inside=inside) for document in documents.items],
            envelope_faults=_envelope_faults(transmission, caller),
            more_documents=_rest_of(transmission, documents),
            receipts=[ConfirmationBody.of(each) for each in await self._views.receipts([transmission.id])],
            timeline=[EventBody.of(event, inside=inside) for event in await self._views.events([transmission.id])],
            cases=[CaseBody.of(case) for case in await self._views.cases([transmission.id])] if inside else [],
        )

    async def _show_document(self, document: Document, caller: Caller) -> LookupBody:
        inside = caller.partner is None
        transmission = await self._views.transmission(document.transmission_id)
        subjects = [document.id, document.transmission_id]
        if document.sent_in is not None:
            subjects.append(document.sent_in)
        canonical: dict[str, Any] | None = None
        ours = caller.sees is None or document.direction == "inbound" or document.state == DocumentState.SENT
        if document.canonical is not None and ours:
            kept = await self._unless_purged(document.canonical)
            canonical = json.loads(kept) if kept is not None else None
        return LookupBody(
            kind="document",
            id=document.id,
            state=document.state,
            created_at=document.created_at,
            detail=document.detail if inside else None,
            purged_at=transmission.purged_at if transmission is not None else None,
            document=DocumentBody.of(document, inside=inside),
            envelope_faults=_envelope_faults(transmission, caller) if transmission is not None else [],
            canonical=canonical,
            acknowledgments=await self._acknowledgments(document),
            receipts=[ConfirmationBody.of(each) for each in await self._views.receipts(subjects)],
            timeline=[EventBody.of(event, inside=inside) for event in await self._views.events(subjects)],
            cases=[CaseBody.of(case) for case in await self._views.cases(subjects)] if inside else [],
        )

    async def _acknowledgments(self, document: Document) -> list[AcknowledgmentBody]:
        sent = await self._views.transmission(document.answers) if document.answers else None
        if sent is None:
            return []
        kept = await self._unless_purged(sent.digest)
        content = kept.decode("utf-8", "replace") if kept is not None else None
        return [AcknowledgmentBody(id=sent.id, set=sent.name or "", state=sent.state, content=content)]

    async def _unless_purged(self, digest: str) -> bytes | None:
        try:
            return await self._world.vault.read(digest)
        except Purged:
            return None

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        found = (Answer(200, "What stands under the id.", LookupBody),)
        return [
            Route("GET", "/api/v1/documents", self.list_all, "listDocuments", "List documents", "partner or operator",
                  (Answer(200, "Documents in the order of their arrival.", DocumentList),), (400, 401),
                  _FILTERS, tag="documents"),
            Route("GET", "/api/v1/documents/{id}", self.look_up, "getDocument",
                  "State, timeline, faults, canonical message and acknowledgments of a document", "partner or operator",
                  found, (401, 404), tag="documents"),
            Route("GET", "/api/v1/documents/{id}/content", self.content, "getDocumentContent",
                  "The exact bytes", "partner or operator",
                  (Answer(200, "The bytes as they came or went.", None, "application/octet-stream"),), (401, 404, 410, 503),
                  tag="documents"),
        ]  # fmt: skip


def reply(body: BaseModel, status: int = 200) -> web.Response:
    """Answer with a model as JSON."""
    return web.Response(status=status, body=body.model_dump_json().encode(), content_type="application/json")


def _envelope_faults(transmission: Transmission, caller: Caller) -> list[FaultBody]:
    """Return the faults of the envelopes; to a partner only those of what it brought itself, which nobody else is in."""
    if caller.sees is not None and transmission.source != f"partner:{caller.sees}":
        return []
    return fault_bodies(transmission.faults)


def _rest_of(transmission: Transmission, shown: Page[Document]) -> str | None:
    """Return where the documents stand that are not shown."""
    return f"/api/v1/documents?transmission={transmission.id}&after={shown.after}" if shown.after is not None else None
