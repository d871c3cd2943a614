"""What is asked of the ledger about cases: within a transaction, and on the read side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gateway.pipeline.views import Page
from gateway.tracking.case import Case
from gateway.tracking.case_note import CaseNote
from gateway.tracking.risk import Risk


class CaseFinding(Protocol):
    """The part of a transaction that is about cases."""

    def open_cases(self, subject: str) -> list[Case]:
        """Return the cases of a subject that nobody has decided."""

    def notes_of(self, case_id: str) -> list[CaseNote]:
        """Return what people said about a case, the first one first."""


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which open cases; what is None is not asked for. ``root`` is a root cause: one fix heals all of them."""

    partner: str | None = None
    root: str | None = None
    cause: str | None = None
    owner: str | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True)
class CaseGroup:
    """The open cases of one root cause."""

    root: str
    cause: str
    owner: str
    title: str
    partner: str | None
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class RankedCase:
    """A case, and how likely it stops a line."""

    case: Case
    risk: Risk


class CaseViews(Protocol):
    """The read side of cases."""

    async def open(self, query: CaseQuery, after: int, limit: int) -> Page[Case]:
        """Return open cases, the oldest first."""

    async def ranked(self, query: CaseQuery, limit: int, today: date) -> list[RankedCase]:
        """Return the open cases that are most likely to stop a line, the worst first."""

    async def groups(self, query: CaseQuery, limit: int) -> list[CaseGroup]:
        """Return the open cases as groups of one root cause each, the largest first."""

    async def meant(self, what: str) -> list[Case]:
        """Return the case under an id, else the open ones about a document or transmission, else those of a group."""

    async def notes(self, case_ids: list[str]) -> list[CaseNote]:
        """Return what people said about some cases, the first one first."""
