"""What procurement decides: an order is created, approved, dispatched to its supplier, changed, cancelled."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from aiohttp import web
from pydantic import Field

from gateway.canonical.order_change import OrderChange
from gateway.canonical.purchase_order import PurchaseOrder
from gateway.errors import LifecycleError
from gateway.pipeline.outbound.accept import MessageInvalid, NoAgreement
from gateway.pipeline.ports import World
from gateway.pipeline.thread import procuring
from gateway.pipeline.thread.intake import Also, OrderStand, Told, take
from gateway.pipeline.thread.saying.change import of_change
from gateway.pipeline.thread.saying.order import of_order
from gateway.pipeline.thread.saying.said import Said
from gateway.systems.door import JSON_TYPE, PROBLEMS, accepted, checked, invalid
from gateway.systems.keys import Keys
from gateway.systems.words import Accepted, Number60, Part, PartnerName, Words
from gateway.tracking.order import Order, order_id
from gateway.tracking.thread.statement import Kind
from gateway.tracking.transmission import Transmission
from gateway.web.app import BODY_LIMIT, TRACKING
from gateway.web.asking import IDEMPOTENCY_KEY, idempotency_key, named, read_query, text
from gateway.web.bodies import read as read_body
from gateway.web.problems import of_error
from gateway.web.routes import Answer, Parameter, Route

SCOPE = "procurement"
_PATH = "/api/v1/purchase-orders"
_ID = Parameter("id", "path", text(400), "Id of an order, its slashes written as %2F.", required=True)


class NewOrder(Part):
    """An order that is not sent yet."""

    partner: PartnerName = Field(description="The supplier.")
    order: PurchaseOrder
    planned_orders: tuple[Number60, ...] = Field(
        (), max_length=200, description="What planning called it: its forecasts and schedules stand in the thread, too."
    )


class Decision(Part):
    """What is done, and why."""

    reason: Words | None = None


class Change(Part):
    """What changes in an order that was dispatched."""

    change: OrderChange


class PurchaseOrders:
    """The doors of procurement; each answer says where the order stands after it."""

    def __init__(self, world: World, keys: Keys) -> None:
        self._world, self._keys = world, keys

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Take an order in, without sending it."""
        system, data = await self._asked(request)
        body: NewOrder = checked(NewOrder, data)
        if body.partner not in self._world.configuration().directory.partners:
            words = f"there is no partner {body.partner!r}; correct the name"
            raise invalid([{"where": "/partner", "message": words, "code": "field-invalid"}])
        [said] = of_order(body.order)
        if said.kind != Kind.ORDERED:
            words = "an order is created as an original; what is there already has a door for cancelling"
            raise invalid([{"where": "/order/purpose", "message": words, "code": "field-invalid"}])
        said.kind = Kind.CREATED
        if body.planned_orders:
            said.head["planned"] = list(dict.fromkeys(body.planned_orders))
        key = order_id(body.partner, "buyer", said.order_number, said.release)
        return await self._take(request, system, data, "create", key, [said], procuring.create(system, key))

    async def approve(self, request: web.Request) -> web.StreamResponse:
        """Release an order."""
        system, data = await self._asked(request)
        checked(Decision, data)
        order, _created = await procuring.created_in(self._world, named(request, _ID))
        said = Said(order.order_number, Kind.APPROVED, order.order_number, release=order.release)
        return await self._take(
            request, system, data, "approve", order.id, [said], procuring.approve(system, order.id), order
        )

    async def dispatch(self, request: web.Request) -> web.StreamResponse:
        """Send an order to its supplier."""
        system, data = await self._asked(request)
        checked(Decision, data)
        order, body = await self._created(request)
        return await self._take(
            request, system, data, "dispatch", order.id, [], procuring.dispatch(system, order.id, body), order
        )

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Send a change to the supplier."""
        system, data = await self._asked(request)
        body: Change = checked(Change, data)
        order, _created = await procuring.created_in(self._world, named(request, _ID))
        numbered = (body.change.order_number, body.change.release or "") == (order.order_number, order.release)
        if not numbered or any(each.kind == Kind.CANCELLED for each in of_change(body.change)):
            words = "a change names the order in its path, and is no cancellation; that has a door of its own"
            raise invalid([{"where": "/change/order_number", "message": words, "code": "field-invalid"}])
        content = json.loads(data)["change"]
        return await self._take(
            request, system, data, "change", order.id, [], procuring.change(system, order.id, content), order
        )

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Take an order back."""
        system, data = await self._asked(request)
        checked(Decision, data)
        order, body = await self._created(request)
        return await self._take(
            request, system, data, "cancel", order.id, [], procuring.cancel(system, order.id, body), order
        )

    async def _asked(self, request: web.Request) -> tuple[str, bytes]:
        system = await self._keys.system(request, SCOPE)
        read_query(request, ())
        return system, await read_body(request, request.app[BODY_LIMIT]) or b"{}"

    async def _created(self, request: web.Request) -> tuple[Order, dict[str, Any]]:
        """Return an order, and its content as it was created."""
        order, subject = await procuring.created_in(self._world, named(request, _ID))
        kept = await self._world.ledger.load(Transmission, subject)
        assert kept is not None and kept.digest is not None, "what created an order is kept"
        body: dict[str, Any] = json.loads(await self._world.vault.read(kept.digest))["order"]
        return order, body

    async def _take(
        self,
        request: web.Request,
        system: str,
        data: bytes,
        action: str,
        key: str,
        sayings: list[Said],
        also: Also,
        order: Order | None = None,
    ) -> web.StreamResponse:
        given = idempotency_key(request) or hashlib.sha256(data).hexdigest()
        # One key for one action on one order: the same words about another order are not the same thing.
        name = hashlib.sha256(f"{action}:{key}:{given}".encode()).hexdigest()
        partner = order.partner if order is not None else key.partition(":")[0]
        told = Told(data, JSON_TYPE, None, sayings, f"{action}:{name}", partner, also)
        try:
            [taken] = await take(self._world, system, [told], request[TRACKING])
        except LifecycleError as error:
            return of_error(error, request[TRACKING], 409)
        except (NoAgreement, MessageInvalid) as error:
            return of_error(error, request[TRACKING], 422)
        stands = await self._world.ledger.load(Order, key)
        assert stands is not None, "what was taken in stands in the ledger"
        taken.orders = [OrderStand(stands.order_number, stands.release, stands.partner, stands.state, stands.verdict)]
        return accepted(Accepted.of(taken).model_dump_json())

    def routes(self) -> list[Route]:
        """Return the rows of these doors."""
        answer = Answer(202, "Kept; where the order stands now is in the answer.", Accepted)
        rows = (
            (_PATH, self.create, "createPurchaseOrder", "Create an order, without sending it", NewOrder),
            (f"{_PATH}/{{id}}/approve", self.approve, "approvePurchaseOrder", "Approve an order", Decision),
            (
                f"{_PATH}/{{id}}/dispatch",
                self.dispatch,
                "dispatchPurchaseOrder",
                "Send an order to its supplier",
                Decision,
            ),
            (f"{_PATH}/{{id}}/change", self.change, "changePurchaseOrder", "Change a dispatched order", Change),
            (f"{_PATH}/{{id}}/cancel", self.cancel, "cancelPurchaseOrder", "Take an order back", Decision),
        )
        return [
            Route(
                "POST",
                path,
                handler,
                name,
                summary,
                f"system with scope {SCOPE}",
                (answer,),
                (*PROBLEMS, 404),
                (*((_ID,) if "{id}" in path else ()), IDEMPOTENCY_KEY),
                {JSON_TYPE: model},
                "systems",
            )
            for path, handler, name, summary, model in rows
        ]
