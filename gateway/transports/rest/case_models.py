"""The bodies of the desk of cases."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from gateway.pipeline.case_ports import CaseGroup
from gateway.tracking.case_note import PERSON_LENGTH, TEXT_LENGTH, CaseNote
from gateway.tracking.risk import Risk
from gateway.transports.rest.models import CaseBody


class NoteBody(BaseModel):
    """What somebody said or decided about a case."""

    kind: str = Field(description="assigned, comment, proposed, approved or accepted.")
    person: str
    at: datetime
    text: str

    @classmethod
    def of(cls, note: CaseNote) -> NoteBody:
        """Show a note."""
        return cls(kind=note.kind, person=note.person, at=note.at, text=note.text)


class CaseWhole(CaseBody):
    """A case with all that people said about it."""

    notes: list[NoteBody]


class RiskBody(BaseModel):
    """How likely a case stops a line of production."""

    score: int = Field(description="0 to 100.")
    words: list[str] = Field(description="Why, part by part.")

    @classmethod
    def of(cls, risk: Risk) -> RiskBody:
        """Show a risk."""
        return cls(score=risk.score, words=list(risk.words))


class ListedCase(CaseBody):
    """A case in a list; ``risk`` where it was asked for."""

    risk: RiskBody | None = None


class ListedCases(BaseModel):
    """Some cases; ``after`` is the cursor for the next ones, and null where they are sorted by risk."""

    items: list[ListedCase]
    after: int | None


class GroupBody(BaseModel):
    """The open cases of one root cause."""

    group: str = Field(
        description="For ?group= of the list, and in place of an id where something is done to all of them."
    )
    cause: str
    owner: str
    title: str
    partner: str | None
    count: int
    first_at: datetime
    last_at: datetime

    @classmethod
    def of(cls, group: CaseGroup) -> GroupBody:
        """Show a group."""
        names = ("cause", "owner", "title", "partner", "count", "first_at", "last_at")
        return cls(group=group.root, **{name: getattr(group, name) for name in names})


class GroupList(BaseModel):
    """Groups, the largest first."""

    items: list[GroupBody]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CaseClosing(_Asked):
    """How a case was settled."""

    reason: str = Field(min_length=1, max_length=TEXT_LENGTH, description="It stands on the timeline.")
    cause: str | None = Field(
        None, max_length=40, description="Only the case with this cause; else all of the subject."
    )


class CaseAccepting(_Asked):
    """Why what differs is taken as it is."""

    reason: str = Field(min_length=1, max_length=TEXT_LENGTH, description="It stands on the timeline.")


class CaseAssigning(_Asked):
    """Who works on a case."""

    person: str = Field(max_length=PERSON_LENGTH, description="Empty: nobody any more.")


class CaseCommenting(_Asked):
    """What is said about a case."""

    text: str = Field(min_length=1, max_length=TEXT_LENGTH)


class DecisionBody(BaseModel):
    """What came of accepting a case."""

    id: str
    accepted: bool = Field(description="Whether it took effect; else it is proposed, and waits for others.")
    missing_roles: list[str] = Field(description="Somebody with each of these roles must accept it, too.")
    matches: int = Field(description="How many matches were taken as they are.")


class DecisionList(BaseModel):
    """What came of each case that was meant."""

    items: list[DecisionBody]
