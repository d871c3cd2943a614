"""What a transaction finds of promises, cases and holds. Part of `gateway.pipeline.ports`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from gateway.tracking.promise import Promise
from gateway.tracking.retention import Hold


class PromiseFinding(Protocol):
    """The part of a transaction that is about what is owed, and what waits for a person."""

    def promises_of(self, subject: str) -> list[Promise]:
        """Return everything that is or was owed for a document or transmission."""

    def find_promises(self, partner: str, order_number: str, what: str) -> list[Promise]:
        """Return what is still owed, by a partner or to it, for a purchase order."""

    def promises_answered(self, answer: str) -> list[Promise]:
        """Return what is still owed and is kept once ``answer``, a document or transmission of ours, is with the partner."""

    def close_cases(self, subject: str, resolution: str, at: datetime) -> None:
        """Close the open cases of a subject; each is an event."""

    def find_holds(self) -> list[Hold]:
        """Return what is held; nobody places or releases a hold before the commit."""
