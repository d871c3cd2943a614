"""Records for tests of the ledger."""

from gateway.pipeline.task import StepName, Task
from gateway.tracking.business_number import BusinessNumber
from gateway.tracking.document import Document, DocumentState
from gateway.tracking.event import Event
from gateway.tracking.receipt import Receipt
from gateway.tracking.transmission import Transmission
from tests.ledger.conftest import NOW


def transmission(name="t1", **more):
    values = {
        "id": name,
        "direction": "inbound",
        "source": "partner:acme",
        "partner": "acme",
        "transport": "rest",
        "created_at": NOW,
        "digest": "d" * 64,
        "size": 10,
        "content_type": "application/edi-x12",
        "state": "received",
        "tracking_id": "f" * 32,
    }
    return Transmission(**(values | more))


def document(name="t1-1", **more):
    values = {
        "id": name,
        "transmission_id": name.partition("-")[0],
        "direction": "inbound",
        "partner": "acme",
        "set_id": "810",
        "state": DocumentState.DELIVERED,
        "created_at": NOW,
        "updated_at": NOW,
        "tracking_id": "f" * 32,
        "sender": "ZZ*ACME",
        "receiver": "ZZ*US",
        "interchange_number": "000000001",
        "group_id": "IN",
        "group_number": "1",
        "control_number": "0001",
    }
    return Document(**(values | more))


def numbered(document_id="t2-1", **more):
    values = {
        "id": f"{document_id}:n",
        "document_id": document_id,
        "partner": "acme",
        "place": "inbound 810 BIG02",
        "test": False,
        "value": "INV1",
        "created_at": NOW,
    }
    return BusinessNumber(**(values | more))


def event(subject="t1", **data):
    return Event("transmission.received", NOW, subject, "acme", "f" * 32, data)


def task(subject="t1", step=StepName.READ, lane=None, due_at=NOW):
    return Task(step, subject, "f" * 32, due_at, lane)


def receipt(name="r1", **more):
    values = {
        "id": name,
        "direction": "outbound",
        "source": "partner:acme",
        "partner": "acme",
        "transport": "as2",
        "message_id": "<1@us>",
        "digest": "d" * 64,
        "state": "waiting",
        "created_at": NOW,
        "tracking_id": "f" * 32,
    }
    return Receipt(**(values | more))
