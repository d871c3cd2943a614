"""An agreement: one document in one direction with one partner, and how.

`Terms` is what a file may say, on three levels: ``defaults`` in own.yaml, ``defaults`` of the partner, the agreement itself.
What a level leaves out it inherits. `Agreement` is the result, with nothing left open.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.canonical.message import BY_SET
from gateway.tracking.thread.deadlines import DeadlineTerms
from gateway.trading.csv_layout import CsvLayout, CsvText, layout_of
from gateway.trading.deadlines import DeadlinesText
from gateway.trading.duration import Duration
from gateway.trading.kinds import Name, PromiseName, RoomName, SetId, Version
from gateway.trading.matching import Matching, MatchText, settle_match
from gateway.trading.overdue import Overdue, OverdueText
from gateway.trading.writing import DelimiterText, Marks, NumberRange
from gateway.x12.acknowledgment import AcknowledgmentStyle
from gateway.x12.characters import Characters
from gateway.x12.delimiters import Delimiters
from gateway.x12.faults import FaultCode
from gateway.x12.tolerances import TOLERANCES, tolerated_codes
from gateway.x12.writer import Style


class _Text(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AcknowledgmentText(_Text):
    """How we answer what we receive, and what we expect for what we send."""

    send: Literal["997", "999", "none"] | None = Field(
        None, description="What answers each functional group; by default 997."
    )
    ta1: Literal["always", "errors", "never"] | None = Field(
        None,
        description="When a TA1 is sent; errors, as by default: when ISA14 asks for it or the interchange is rejected.",
    )
    accepted_sets: bool | None = Field(
        None, description="Whether accepted sets get an AK2 loop of their own; by default they do."
    )
    accept_with_errors: bool | None = Field(
        None, description="Process faulty sets and say E instead of R; by default not."
    )
    advice: Literal["824", "none"] | None = Field(
        None,
        description="Whether an 824 says that a readable document was refused for business reasons; by default none.",
    )
    expected: bool | None = Field(
        None, description="Whether the partner acknowledges what we send; by default it does."
    )
    within: Duration | None = Field(None, description="How long the partner has for it; by default 24h.")
    resends: int | None = Field(
        None,
        ge=0,
        le=10,
        description="How often it is sent again when that time has passed, before a person decides; by default 0.",
    )


class RetryText(_Text):
    """How often and how patiently a delivery is tried."""

    attempts: int | None = Field(
        None, ge=1, le=1000, description="How many tries there are before a person decides; by default 12."
    )
    first: Duration | None = Field(
        None, description="The longest wait before the second try, by default 2s; it doubles each time."
    )
    longest: Duration | None = Field(None, description="No wait is longer; by default 15m.")


class Terms(_Text):
    """What any level may say."""

    version: Version | None = Field(None, description="GS08 of what we send; by default 004010.")
    transport: Literal["as2", "folder", "rest", "sftp"] | None = Field(
        None, description="How we send; by default a channel that the partner has."
    )
    delimiters: DelimiterText | None = None
    charset: Literal["ascii", "latin-1", "utf-8"] | None = Field(
        None, description="In which characters we write; by default ascii."
    )
    characters: Characters | None = Field(
        None, description="Which characters values may hold: basic, extended, as by default, or utf-8."
    )
    replacement: str | None = Field(
        None, max_length=1, description="Stands for characters that can't be sent; without it they stop the document."
    )
    control_numbers: NumberRange | None = Field(
        None,
        description="Range of the numbers that we give. A partner has one sequence: what one agreement names holds for all.",
    )
    usage: Literal["production", "test"] | None = Field(
        None, description="ISA15 of what we send; by default production."
    )
    test_to_erp: bool | None = Field(
        None, description="Whether documents marked as test go on to the ERP; by default not."
    )
    acknowledgment: AcknowledgmentText | None = None
    duplicate_window: Duration | None = Field(
        None, description="How long the same numbers or bytes are a duplicate; by default 30d."
    )
    tolerate: tuple[str, ...] | None = Field(
        None, description="Deviations from X12 that are not held against the partner, by name; by default none."
    )
    promises: dict[PromiseName, Duration] | None = Field(
        None,
        description="What is due how long after this document: sets such as 855, TA1; or, where it came in, acknowledgment"
        " (ours) and confirmation (by the ERP).",
    )
    overdue: OverdueText | None = Field(None, description="What happens when it does not come in time.")
    deadlines: DeadlinesText | None = Field(None, description="What is due around the days that an order names.")
    match: MatchText | None = Field(None, description="How far documents of an order may differ from one another.")
    missing_within: Duration | None = Field(
        None,
        description="How long after an interchange number was skipped it counts as lost; by default numbers are not watched.",
    )
    erp: Name | None = Field(None, description="Which ERP of gateway.yaml gets the documents; by default main.")
    ordered_by: Literal["none", "partner", "order"] | None = Field(
        None, description="What is delivered to the ERP strictly in the order of arrival; by default nothing."
    )
    totals: Literal["note", "refuse"] | None = Field(
        None, description="Whether a wrong total is a note, as by default, or keeps the document from the ERP."
    )
    retry: RetryText | None = None

    @field_validator("tolerate")
    @classmethod
    def _known(cls, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        unknown = [name for name in names or () if name not in TOLERANCES]
        if unknown:
            raise ValueError(f"there is no tolerance {unknown[0]}; there are {', '.join(TOLERANCES)}")
        return names

    @model_validator(mode="after")
    def _one_word_on_characters(self) -> Terms:
        if self.characters in ("basic", "extended") and "utf-8" in (self.tolerate or ()):
            said = f"characters: {self.characters}"
            raise ValueError(f"{said} and tolerate: [utf-8] contradict each other; keep one of the two")
        return self


class AgreementText(Terms):
    """One agreement in a partner file."""

    document: SetId = Field(description="The X12 set, such as 850.")
    direction: Literal["inbound", "outbound"] = Field(description="Inbound: from the partner to us.")
    role: Literal["buyer", "seller"] = Field(description="What we are in it.")
    guide: RoomName | None = Field(None, description="The partner's guide, such as acme/856.")
    profile: RoomName | None = Field(
        None, description="The mapping profile, such as acme/856; by default the base profile of the set."
    )
    csv: CsvText | None = Field(None, description="How the partner may send it, or gets it, as CSV; by default not.")

    @model_validator(mode="after")
    def _csv_fits(self) -> AgreementText:
        if self.csv is not None:
            if self.document not in BY_SET:
                raise ValueError("csv is only for documents that have a canonical message")
            layout_of(self.csv, BY_SET[self.document])
        return self


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and how patiently."""

    attempts: int = 12
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Acknowledgment:
    """How documents are acknowledged, both ways."""

    send: str = "997"
    ta1: str = "errors"
    accepted_sets: bool = True
    accept_with_errors: bool = False
    advice: str = "none"
    expected: bool = True
    within: timedelta = timedelta(hours=24)
    resends: int = 0

    @property
    def style(self) -> AcknowledgmentStyle:
        """The style in the words of the X12 engine."""
        set_id = "999" if self.send == "999" else "997"
        return AcknowledgmentStyle(set_id, self.accepted_sets, self.accept_with_errors)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Everything agreed about one document in one direction with one partner."""

    partner: str
    document: str
    direction: str
    role: str
    version: str
    guide: str | None
    profile: str
    transport: str | None
    style: Style
    control_numbers: tuple[int, int]
    usage: str
    test_to_erp: bool
    acknowledgment: Acknowledgment
    duplicate_window: timedelta
    tolerate: frozenset[FaultCode]
    characters: Characters | None
    promises: dict[str, timedelta]
    overdue: Overdue
    deadlines: DeadlineTerms
    match: Matching
    missing_within: timedelta | None
    erp: str
    ordered_by: str
    totals: str
    retry: Retry
    csv: CsvLayout | None = None
    index: int = 0  # Its place in the partner's file.

    @property
    def key(self) -> str:
        """Its name for people and logs: ``acme/855/inbound``."""
        return f"{self.partner}/{self.document}/{self.direction}"


def settle(partner: str, index: int, text: AgreementText, *levels: Terms | None) -> Agreement:
    """Make an agreement, the ``index``-th of its partner, of its text and the levels it inherits from, nearest first."""
    chain = [text, *(level for level in levels if level is not None)]

    def say(name: str, otherwise: Any) -> Any:
        return next((value for level in chain if (value := getattr(level, name)) is not None), otherwise)

    marks = _merged(Marks, [level.delimiters for level in chain])
    numbers: NumberRange = say("control_numbers", NumberRange())
    return Agreement(
        partner=partner,
        document=text.document,
        direction=text.direction,
        role=text.role,
        version=say("version", "004010"),
        guide=text.guide,
        profile=text.profile or f"base/{text.document}",
        transport=say("transport", None),
        style=Style(
            Delimiters(marks.element, marks.component, marks.segment, marks.repetition),
            marks.newline,
            say("replacement", ""),
            say("charset", "ascii"),
        ),
        control_numbers=(numbers.first, numbers.last),
        usage={"production": "P", "test": "T"}[say("usage", "production")],
        test_to_erp=say("test_to_erp", False),
        acknowledgment=_acknowledgment(text, [level.acknowledgment for level in chain]),
        duplicate_window=say("duplicate_window", timedelta(days=30)),
        tolerate=tolerated_codes(say("tolerate", ())),
        characters=say("characters", None),
        promises=dict(say("promises", {})),
        overdue=_merged(Overdue, [level.overdue for level in chain]),
        deadlines=_merged(DeadlineTerms, [level.deadlines for level in chain]),
        match=settle_match(level.match for level in chain),
        missing_within=say("missing_within", None),
        erp=say("erp", "main"),
        ordered_by=say("ordered_by", "none"),
        totals=say("totals", "note"),
        retry=_merged(Retry, [level.retry for level in chain]),
        csv=layout_of(text.csv, BY_SET[text.document]) if text.csv is not None else None,
        index=index,
    )


def _acknowledgment(text: AgreementText, levels: list[BaseModel | None]) -> Acknowledgment:
    """Return how documents are acknowledged; for CSV that we send there is no 997 to wait for."""
    made: Acknowledgment = _merged(Acknowledgment, levels)
    return replace(made, expected=False) if text.csv is not None and text.direction == "outbound" else made


def _merged(made: type[Any], levels: list[BaseModel | None]) -> Any:
    """Fill each field of ``made`` from the nearest level that names it."""
    given = {}
    for field in fields(made):
        for level in levels:
            value = getattr(level, field.name, None)
            if value is not None:
                given[field.name] = value
                break
    return made(**given)
