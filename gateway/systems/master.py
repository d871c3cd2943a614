"""PUT and GET /api/v1/master: items, their other ids, units and locations, as the system says that owns them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from gateway.errors import NotFound
from gateway.pipeline.master.keeping import Kept, keep
from gateway.pipeline.master.texts import STANDINGS, ItemText, LocationText, ReferenceText, UnitText, Version
from gateway.pipeline.master.views import MasterViews
from gateway.pipeline.ports import World
from gateway.systems.door import JSON_TYPE, PROBLEMS, checked, invalid
from gateway.systems.keys import Keys
from gateway.tracking.master import Conversion, CrossReference, Entry, Location
from gateway.web.app import BODY_LIMIT, TRACKING
from gateway.web.asking import PAGE, named, page_of, read_query, text
from gateway.web.bodies import read as read_body
from gateway.web.problems import ProblemError
from gateway.web.routes import Answer, Parameter, Route

SCOPE = "master_data"
_NUMBER = Parameter("number", "path", text(80) | {"pattern": r"^[^\x00-\x1f\x7f|]+$"}, "Our number of the item.", True)


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class References(_Text):
    """Cross-references that are kept together."""

    entries: tuple[ReferenceText, ...] = Field(min_length=1, max_length=1000)


class Units(_Text):
    """Conversions that are kept together."""

    entries: tuple[UnitText, ...] = Field(min_length=1, max_length=1000)


class Locations(_Text):
    """Locations that are kept together."""

    entries: tuple[LocationText, ...] = Field(min_length=1, max_length=1000)


class KeptBody(BaseModel):
    """It is kept. Orders that waited for it are judged again by themselves."""

    change_set: str
    changed: list[str] = Field(description="The entries that have a new version.")
    unchanged: int = Field(description="How many entries said what is known already.")


class ReferenceBody(BaseModel):
    """A cross-reference as it stands."""

    item: str
    partner: str = Field(description="Empty where it holds with everybody.")
    kind: str
    value: str
    state: str
    version: int


class UnitBody(BaseModel):
    """A conversion as it stands: one ``unit`` is ``quantity`` of ``into``."""

    item: str = Field(description="Empty where it holds for everything.")
    unit: str
    quantity: str
    into: str
    state: str
    version: int


class LocationBody(BaseModel):
    """A location as it stands."""

    id: str
    name: str | None
    zone: str | None
    calendar: str | None
    state: str
    version: int


class ItemBody(BaseModel):
    """An item as it stands, with everything that is known of it, and its versions."""

    number: str
    base_unit: str | None
    item_class: str | None
    words: str | None
    state: str
    version: int
    ids: list[ReferenceBody]
    units: list[UnitBody]
    versions: list[Version]


class ReferenceList(BaseModel):
    """A page of cross-references."""

    items: list[ReferenceBody]
    next: int | None


class UnitList(BaseModel):
    """A page of conversions."""

    items: list[UnitBody]
    next: int | None


class LocationList(BaseModel):
    """A page of locations."""

    items: list[LocationBody]
    next: int | None


_STATE = Parameter("state", "query", {"type": "string", "enum": list(STANDINGS)}, "Only those that stand so.")
_ITEM = Parameter("item", "query", text(80), "Only those of one item.")
_PARTNER = Parameter("partner", "query", text(41), "Only those with one partner.")


class MasterDoors:
    """The doors of master data."""

    def __init__(self, world: World, views: MasterViews, keys: Keys) -> None:
        self._world, self._views, self._keys = world, views, keys

    async def put_item(self, request: web.Request) -> web.StreamResponse:
        """Keep an item."""
        number = named(request, _NUMBER)
        return await self._put(request, ItemText, lambda said: said.entries(number))

    async def get_item(self, request: web.Request) -> web.StreamResponse:
        """Show an item, with its versions."""
        await self._keys.either(request, SCOPE)
        read_query(request, ())
        item, ids, units = await self._views.item(named(request, _NUMBER))
        if item is None:
            raise NotFound
        versions = await self._views.versions("item", item.id)
        body = ItemBody(
            number=item.id,
            base_unit=item.base_unit,
            item_class=item.item_class,
            words=item.words,
            state=item.state,
            version=item.version,
            ids=[ReferenceBody.model_validate(each, from_attributes=True) for each in ids],
            units=[_unit(each) for each in units],
            versions=[Version.model_validate(each, from_attributes=True) for each in versions],
        )
        return _json(body)

    async def _put(
        self, request: web.Request, model: type[Any], entries: Callable[[Any], Sequence[Entry]]
    ) -> web.StreamResponse:
        who = await self._keys.system(request, SCOPE)
        if request.content_type != JSON_TYPE:
            words = f"{request.content_type} is not read here. Send application/json."
            raise ProblemError(415, "media-type", "Unsupported media type", words)
        read_query(request, ())
        made = entries(checked(model, await read_body(request, request.app[BODY_LIMIT])))
        self._check(made)
        store = partial(keep, stamps=self._world, by=who, tracking_id=request[TRACKING], entries=made)
        kept: Kept = await self._world.ledger.tx(store)
        self._world.wake(kept.tasks)
        return _json(KeptBody(change_set=kept.change_set, changed=kept.changed, unchanged=kept.unchanged))

    def _check(self, entries: Sequence[Entry]) -> None:
        faults = faults_of(entries, self._world.configuration().directory.partners)
        if faults:
            raise invalid([{"where": where, "message": words, "code": "field-invalid"} for where, words in faults])

    def _lists(
        self,
        kind: type[Entry],
        parameters: tuple[Parameter, ...],
        show: Callable[[Any], BaseModel],
        page: type[BaseModel],
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def get(request: web.Request) -> web.StreamResponse:
            await self._keys.either(request, SCOPE)
            asked = read_query(request, (*parameters, *PAGE))
            after, limit = page_of(asked)
            wanted = {name: value for name, value in asked.items() if name not in ("after", "limit")}
            found = await self._views.entries(kind, after, limit, wanted)
            following = found[-1][0] if len(found) == limit else None
            return _json(page(items=[show(each) for _row, each in found], next=following))

        return get

    def routes(self) -> list[Route]:
        """Return the rows of these doors."""
        scope, either = f"system with scope {SCOPE}", f"system with scope {SCOPE}, or operator"
        rows = [
            Route(
                "PUT", "/api/v1/master/items/{number}", self.put_item, "putItem", "Keep an item, its ids and its units",
                scope, (Answer(200, "Kept.", KeptBody),), (*PROBLEMS, 404), (_NUMBER,), {JSON_TYPE: ItemText}, "systems",
            ),
            Route(
                "GET", "/api/v1/master/items/{number}", self.get_item, "getItem", "Show an item with its versions",
                either, (Answer(200, "The item.", ItemBody),), (400, 401, 403, 404, 503), (_NUMBER,), {}, "systems",
            ),
        ]  # fmt: skip
        for path, kind, model, name, words, parameters, show, page in _LISTS:
            put = partial(self._put, model=model, entries=lambda said: [each.entry() for each in said.entries])
            rows += [
                Route(
                    "PUT", f"/api/v1/master/{path}", put, f"put{name}", f"Keep {words}", scope,
                    (Answer(200, "Kept.", KeptBody),), PROBLEMS, (), {JSON_TYPE: model}, "systems",
                ),
                Route(
                    "GET", f"/api/v1/master/{path}", self._lists(kind, parameters, show, page), f"list{name}",
                    f"List {words}", either, (Answer(200, "A page.", page),), (400, 401, 403, 503),
                    (*parameters, *PAGE), {}, "systems",
                ),
            ]  # fmt: skip
        return rows


def faults_of(entries: Sequence[Entry], partners: Collection[str]) -> list[tuple[str, str]]:
    """Return what entries name that there is not, each with its place: partners and time zones."""
    found = []
    for each in entries:
        if isinstance(each, CrossReference) and each.partner and each.partner not in partners:
            found.append(("/partner", f"there is no partner {each.partner}; correct the name, or leave it out"))
        if isinstance(each, Location) and each.zone is not None and not _is_zone(each.zone):
            found.append(("/zone", f"there is no time zone {each.zone}; write one such as Europe/Berlin or UTC"))
    return found


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _unit(each: Conversion) -> UnitBody:
    quantity = f"{each.quantity.normalize():f}"
    return UnitBody(
        item=each.item, unit=each.unit, quantity=quantity, into=each.into, state=each.state, version=each.version
    )


def _shown(model: type[BaseModel]) -> Callable[[Any], BaseModel]:
    return lambda each: model.model_validate(each, from_attributes=True)


_Row = tuple[str, type[Entry], type[Any], str, str, tuple[Parameter, ...], Callable[[Any], BaseModel], type[BaseModel]]
_LISTS: tuple[_Row, ...] = (
    (
        "cross-references", CrossReference, References, "CrossReferences", "other ids of items",
        (_ITEM, _PARTNER, _STATE), _shown(ReferenceBody), ReferenceList,
    ),
    ("units", Conversion, Units, "Units", "how units convert", (_ITEM, _STATE), _unit, UnitList),
    ("locations", Location, Locations, "Locations", "plants and other places", (_STATE,), _shown(LocationBody), LocationList),
)  # fmt: skip


def _json(body: BaseModel) -> web.Response:
    return web.Response(body=body.model_dump_json().encode(), content_type=JSON_TYPE)
