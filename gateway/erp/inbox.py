"""Takes messages of an ERP in: ``POST /api/v1/erp/messages`` with the ERP's own key, or files in a watched folder."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import BaseModel

from gateway import trace
from gateway.erp.xml import from_xml
from gateway.errors import Conflict, GatewayError, NotAllowed, NotFound, TooLarge, TranslationError
from gateway.files import write_whole
from gateway.pipeline.outbound.accept import ErpMessage, MessageInvalid, NoAgreement, accept
from gateway.pipeline.ports import World
from gateway.tracking.document import Document
from gateway.tracking.transmission import Transmission
from gateway.web.app import BODY_LIMIT, TRACKING
from gateway.web.asking import IDEMPOTENCY_KEY, id_of, idempotency_key, read_query, text
from gateway.web.bodies import read as read_body
from gateway.web.keys import presented_hash
from gateway.web.problems import ProblemError, of_error
from gateway.web.routes import Answer, Parameter, Route

log = structlog.get_logger("gateway.erp")

JSON_TYPE = "application/json"
XML_TYPE = "application/xml"
_QUERY = (Parameter("partner", "query", text(41), "For XML: to whom it goes."),)
_REFUSED = (MessageInvalid, NoAgreement, TranslationError, Conflict, TooLarge)
_Look = tuple[int, int]  # size and mtime in nanoseconds


class AcceptedBody(BaseModel):
    """The message is stored and will be sent."""

    id: str
    state: str
    duplicate: bool
    location: str


class MessageState(BaseModel):
    """What became of a message of the ERP."""

    id: str
    partner: str
    set: str
    state: str
    acknowledgment: str
    document_number: str | None
    interchange_number: str
    detail: str | None
    notes: list[str]


class ErpInbox:
    """The door for messages of ERPs. ``keys`` are hashes of their keys -> name of the ERP."""

    def __init__(self, world: World, keys: Mapping[str, str]) -> None:
        self._world = world
        self._keys = keys

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Take a message in."""
        erp = self._erp(request)
        if request.content_type not in (JSON_TYPE, XML_TYPE):
            words = f"{request.content_type} is not read here. Send application/json or application/xml."
            raise ProblemError(415, "media-type", "Unsupported media type", words)
        asked = read_query(request, _QUERY)
        key = idempotency_key(request)
        data = await read_body(request, request.app[BODY_LIMIT])
        try:
            if request.content_type == XML_TYPE:
                data = await asyncio.to_thread(_json_of_xml, data, asked.get("partner", ""))
            accepted = await accept(erp, data, key, request[TRACKING], self._world)
        except (MessageInvalid, NoAgreement, TranslationError) as error:
            return of_error(error, request[TRACKING], 422)
        location = f"/api/v1/erp/messages/{accepted.id}"
        body = AcceptedBody(id=accepted.id, state=accepted.state, duplicate=accepted.duplicate, location=location)
        return web.Response(
            status=202, body=body.model_dump_json().encode(), content_type=JSON_TYPE, headers={"Location": location}
        )

    async def look_up(self, request: web.Request) -> web.StreamResponse:
        """Say what became of a message."""
        erp = self._erp(request)
        document = await self._world.ledger.load(Document, id_of(request))
        brought = await self._world.ledger.load(Transmission, document.transmission_id) if document else None
        if document is None or brought is None or brought.source != f"erp:{erp}":
            raise NotFound
        body = MessageState(
            id=document.id,
            partner=document.partner,
            set=document.set_id,
            state=document.state,
            acknowledgment=document.acknowledgment,
            document_number=document.document_number,
            interchange_number=document.interchange_number,
            detail=document.detail,
            notes=document.notes,
        )
        return web.Response(body=body.model_dump_json().encode(), content_type=JSON_TYPE)

    def _erp(self, request: web.Request) -> str:
        erp = self._keys.get(presented_hash(request))
        if erp is None:
            raise NotAllowed
        return erp

    def routes(self) -> list[Route]:
        """Return the rows of this door."""
        answer = Answer(202, "Stored; it will be sent.", AcceptedBody, headers={"Location": "Where to look."})
        return [
            Route("POST", "/api/v1/erp/messages", self.post, "postErpMessage", "Send a document to a partner", "erp",
                  (answer,), (400, 401, 408, 409, 413, 415, 417, 422, 503), (IDEMPOTENCY_KEY, *_QUERY),
                  {JSON_TYPE: ErpMessage, XML_TYPE: None}, "erp"),
            Route("GET", "/api/v1/erp/messages/{id}", self.look_up, "getErpMessage", "What became of a message", "erp",
                  (Answer(200, "Its state.", MessageState),), (401, 404), tag="erp"),
        ]  # fmt: skip


def _json_of_xml(data: bytes, partner: str) -> bytes:
    kind, body = from_xml(data)
    return json.dumps({"type": kind, "partner": partner, "body": body}).encode()


class ErpInboxFolder:
    """Picks up JSON files of an ERP; done ones go to ``archive``, refused ones to ``rejected`` with the reason beside.

    A file has no Idempotency-Key: the same bytes within the agreement's window are the same message, so that neither a crash
    before the archiving nor a copy by hand orders anything twice.
    """

    def __init__(self, world: World, erp: str, folder: Path, *, every: float = 1.0) -> None:
        self._world = world
        self._erp = erp
        self._folder = folder
        self._every = every
        self._seen: dict[Path, _Look] = {}

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Look once; take what has not changed since the last look."""
        seen: dict[Path, _Look] = {}
        try:
            found = await asyncio.to_thread(_candidates, self._folder)
        except OSError as error:
            log.warning("erp_folder_unreadable", folder=str(self._folder), error=str(error))
            return
        for path, look in found.items():
            if self._seen.get(path) == look:
                await self._take(path, look)
            else:
                seen[path] = look
        self._seen = seen

    async def _take(self, path: Path, look: _Look) -> None:
        tracking_id = self._world.new_id().rjust(32, "0")
        with trace.tracking(tracking_id):
            try:
                data = await asyncio.to_thread(_read, path, look, self._world.bounds.transmission_bytes)
                if data is None:
                    return  # Somebody still writes to it.
                accepted = await accept(self._erp, data, None, tracking_id, self._world)
                await asyncio.to_thread(_shelve, path, "archive", f"{accepted.id}_")
                log.info("erp_file_accepted", name=path.name, id=accepted.id, duplicate=accepted.duplicate)
            except _REFUSED as error:
                await self._refuse(path, error.detail)
            except (GatewayError, OSError) as error:
                # The ledger or the disk, not the message: the file stays, and the next look tries again.
                log.warning("erp_file_waits", name=path.name, error=str(error))

    async def _refuse(self, path: Path, reason: str) -> None:
        try:
            await asyncio.to_thread(_shelve, path, "rejected", "", reason)
        except OSError as error:
            log.warning("erp_file_waits", name=path.name, error=str(error))
        else:
            log.warning("erp_file_rejected", name=path.name)


def _candidates(folder: Path) -> dict[Path, _Look]:
    """Return the regular JSON files of a folder with size and time; links and hidden names are passed over."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.suffix.lower() != ".json":
            continue
        with contextlib.suppress(FileNotFoundError):  # Gone since: whoever put it there has thought better of it.
            about = path.lstat()
            if stat.S_ISREG(about.st_mode):
                found[path] = (about.st_size, about.st_mtime_ns)
    return found


def _read(path: Path, look: _Look, limit: int) -> bytes | None:
    """Return what a file holds, or None when it is not, or does not stay, what was looked at."""
    if look[0] > limit:
        raise TooLarge(f"The file is larger than the bound of {limit} bytes. Split it into several messages.")
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        data = file.read(limit + 1)
        about = os.fstat(file.fileno())
    return data if (len(data), about.st_size, about.st_mtime_ns) == (look[0], *look) else None


def _shelve(path: Path, shelf: str, prefix: str, reason: str = "") -> None:
    """Move a file to a folder beside it, with the reason in a file of its own where there is one."""
    folder = path.parent / shelf
    folder.mkdir(exist_ok=True)
    name = os.fsdecode(os.fsencode(path.name)[-180:])  # Longer ones would have no room for what is put around them.
    if reason:
        write_whole(folder / f"{name}.problem.txt", (reason + "\n").encode())
    path.replace(folder / f"{prefix}{name}")
