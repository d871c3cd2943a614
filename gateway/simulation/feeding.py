"""Hands everything to the gateway: the ERP's messages, the suppliers' interchanges, what the warehouse and quality report.

Each thing goes in under a name that is the same at each run, so a run that was killed is simply played again from its start:
what the gateway has already, it knows.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gateway.pipeline.inbound.receive import Submission, receive
from gateway.pipeline.outbound.accept import accept
from gateway.pipeline.ports import UnitOfWork, World
from gateway.pipeline.task import Task
from gateway.pipeline.thread.consequences import OUTSIDE
from gateway.pipeline.thread.deciding import decide
from gateway.pipeline.thread.intake import Told, take
from gateway.pipeline.thread.saying.said import Said
from gateway.simulation.papers import SETS, body_of, interchange, order_message, paper_number
from gateway.simulation.plan import PlannedOrder, partner_name
from gateway.simulation.scenarios import Move
from gateway.tracking.order import order_id
from gateway.tracking.thread.statement import Kind, LineSaid

_AT_ONCE = 50  # Sets of an interchange.
_SYSTEMS = {"receive": (Kind.RECEIVED, "wms"), "hold": (Kind.HELD, "qms"), "release": (Kind.RELEASED, "qms")}
_OF_ERP = ("order", "change", "cancel")


@dataclass(slots=True)
class Feeder:
    """Feeds one round after the other. ``posted`` is the folder into which our orders are delivered to the suppliers.

    ``rest`` waits while much of what was fed has not been worked off: it would only fill the memory.
    """

    world: World
    posted: Path
    rest: Callable[[], Awaitable[None]]
    groups: dict[str, str] = field(default_factory=dict)  # Order number -> control number of the group that carried it.
    seen: set[Path] = field(default_factory=set)  # What of the post was read in this run.
    fed: int = 0

    async def round(self, number: int, moves: Iterable[tuple[PlannedOrder, Move]]) -> None:
        """Feed the moves of one round. What a supplier sends goes out as soon as an interchange is full."""
        papers: dict[tuple[int, str], list[tuple[PlannedOrder, Move]]] = defaultdict(list)
        sent: Counter[tuple[int, str]] = Counter()
        for order, move in moves:
            self.fed += 1
            await self.rest()
            if move.what in _OF_ERP:
                await self._from_erp(order, move)
            elif move.what == "understand":
                await self._understand(order, number)
            elif move.what in _SYSTEMS:
                await self._report(order, move)
            elif move.what == "accept":
                await self._accept(order)
            else:
                key = order.supplier, SETS[move.what]
                papers[key].append((order, move))
                if len(papers[key]) == _AT_ONCE:
                    await self._send_papers(number, *key, sent[key], papers.pop(key))
                    sent[key] += 1
        for key, portion in sorted(papers.items()):
            await self.rest()
            await self._send_papers(number, *key, sent[key], portion)

    async def _send_papers(
        self, number: int, supplier: int, set_id: str, place: int, portion: Iterable[tuple[PlannedOrder, Move]]
    ) -> None:
        name = partner_name(supplier)
        control = (number * 1000 + int(set_id)) * 1000 + place
        bodies = [body_of(order, move) for order, move in portion]
        await self._send(name, interchange(name, set_id, control, bodies))

    async def _from_erp(self, order: PlannedOrder, move: Move) -> None:
        data = json.dumps(order_message(order, move)).encode()
        await accept("main", data, f"{order.number}-{move.what}", f"{order.index:032x}", self.world)

    async def _understand(self, order: PlannedOrder, round_number: int) -> None:
        if order.number not in self.groups:
            self._look_into_the_post()
        body = body_of(order, Move("understand", {}), self.groups[order.number])
        control = 500_000_000 + round_number * 10_000_000 + order.index
        await self._send(order.partner, interchange(order.partner, "997", control, [body]))

    def _look_into_the_post(self) -> None:
        """Read the 850s that were delivered since, as the suppliers would."""
        for path in set(self.posted.glob("*/850_*.edi")) - self.seen:
            self.seen.add(path)
            segments = [segment.split("*") for segment in path.read_text().split("~")]
            first = {segment[0]: segment for segment in reversed(segments)}
            self.groups.setdefault(first["BEG"][3], first["GS"][6])

    async def _send(self, partner: str, data: bytes) -> None:
        stage = self.world.vault.stage()
        await stage.write(data)
        blob = await stage.finish()
        who = self.world.configuration().directory.partners[partner]
        await receive(Submission("rest", blob, "simulation", who), self.world)

    async def _report(self, order: PlannedOrder, move: Move) -> None:
        kind, system = _SYSTEMS[move.what]
        number = paper_number(order, move)
        shipment = f"S{order.index}-{move.said.get('n', 1)}" if move.what == "receive" else None
        lines = [
            LineSaid(
                line=line.number,
                quantity=line.quantity * move.factor("quantity") if move.what == "receive" else None,
                reference=shipment,
            )
            for line in order.lines
        ]
        data = json.dumps({"number": number, "lines": [line.to_data() for line in lines]}).encode()
        said = Said(order.number, kind, number, lines=lines)
        told = Told(data, "application/json", None, [said], key=number, partner=order.partner)
        await take(self.world, system, [told], f"{order.index:032x}")

    async def _accept(self, order: PlannedOrder) -> None:
        def take(uow: UnitOfWork) -> list[Task]:
            open_now = uow.matches_of(order_id(order.partner, "buyer", order.number))
            subjects = {match.subject for match in open_now if match.verdict == OUTSIDE}
            return [task for each in sorted(subjects) for task in decide(uow, self.world, each, "buyer", "agreed")[1]]

        await self._do(take)

    async def _do(self, work: Callable[[UnitOfWork], list[Task]]) -> None:
        self.world.wake(await self.world.ledger.tx(work))


def moves_of(number: int, orders: Iterable[PlannedOrder]) -> Iterator[tuple[PlannedOrder, Move]]:
    """Yield what is done in a round, order by order: the first round holds the first move of each order, and so on."""
    for order in orders:
        if number < len(order.scenario.moves):
            yield order, order.scenario.moves[number]
