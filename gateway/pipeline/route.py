"""The whole trip in one table: which step does what, on which record, and which steps may follow.

partner --receive--> READ --+--> TRANSLATE --> DELIVER --> ERP          inbound
                            +--> TRANSMIT (TA1, 997, 824) --> partner
                            +--> reconcile (997, TA1, 824 of the partner)
ERP ----accept-----> COMPOSE --> TRANSMIT --> partner, then CHASE       outbound
partner --receive--> CONFIRM --> partner               a receipt that is owed later
system --intake----> LOOK_FOR_ORDER, ADVISE_RECEIPT --> COMPOSE     what names an unknown order; goods that are not as announced
partner --judge----> ANSWER --> COMPOSE, TRANSMIT                       what does not match its order: an 812, an 824
master data --keep-> JUDGE_AGAIN --> DELIVER           orders that waited for an item or unit to become known
order --judge------> CHASE_DEADLINES                        what is due by a day that an order names
night --watch------> RECONCILE                              what ERP and warehouse report, compared with all orders
person --replay----> VALIDATE --> TRANSLATE ...             or RECOMPUTE, DELIVER, TRANSMIT, as declared
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from gateway.pipeline.inbound import confirm, deliver, read, recompute, translate, validate
from gateway.pipeline.master import again
from gateway.pipeline.outbound import compose, transmit
from gateway.pipeline.oversight import chase, chase_deadlines, chase_receipt
from gateway.pipeline.ports import World
from gateway.pipeline.reconciliation import nightly
from gateway.pipeline.step import Outcome
from gateway.pipeline.task import StepName, Task
from gateway.pipeline.thread import advising, answering, missing
from gateway.tracking.document import Document
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission

Run: TypeAlias = Callable[[Task, World], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Leg:
    """One step of the trip. ``outside``: it talks to somebody else, so it may take long and is tried again."""

    run: Run
    about: type[Document] | type[Transmission] | type[Receipt]
    outside: bool
    then: tuple[StepName, ...]


ROUTE: dict[StepName, Leg] = {
    StepName.READ: Leg(
        read.run, Transmission, False, (StepName.TRANSLATE, StepName.TRANSMIT, StepName.DELIVER, StepName.CHASE)
    ),
    StepName.VALIDATE: Leg(validate.run, Document, False, (StepName.TRANSLATE,)),
    StepName.TRANSLATE: Leg(translate.run, Document, False, (StepName.DELIVER, StepName.CHASE, StepName.TRANSMIT)),
    StepName.RECOMPUTE: Leg(recompute.run, Document, False, ()),
    StepName.DELIVER: Leg(deliver.run, Document, True, (StepName.TRANSMIT,)),
    StepName.COMPOSE: Leg(compose.run, Document, False, (StepName.TRANSMIT,)),
    StepName.TRANSMIT: Leg(transmit.run, Transmission, True, (StepName.CHASE, StepName.CHASE_RECEIPT)),
    StepName.CHASE: Leg(chase.run, Document, False, (StepName.CHASE,)),
    StepName.CHASE_DEADLINES: Leg(chase_deadlines.run, Document, False, (StepName.CHASE_DEADLINES,)),
    StepName.CONFIRM: Leg(confirm.run, Receipt, True, ()),
    StepName.LOOK_FOR_ORDER: Leg(missing.run, Transmission, False, ()),
    StepName.ADVISE_RECEIPT: Leg(advising.run, Transmission, False, (StepName.COMPOSE,)),
    StepName.ANSWER: Leg(
        answering.run, Document, False, (StepName.COMPOSE, StepName.TRANSMIT, StepName.DELIVER, StepName.CHASE)
    ),
    StepName.JUDGE_AGAIN: Leg(
        again.run,
        Transmission,
        False,
        (StepName.JUDGE_AGAIN, StepName.DELIVER, StepName.ANSWER, StepName.ADVISE_RECEIPT),
    ),
    StepName.RECONCILE: Leg(nightly.run, Transmission, True, (StepName.RECONCILE,)),
    StepName.CHASE_RECEIPT: Leg(chase_receipt.run, Receipt, False, (StepName.CHASE_RECEIPT, StepName.TRANSMIT)),
}
