"""The answer to a load tender: the carrier takes the load, declines it, or makes an offer of its own."""

from __future__ import annotations

from typing import Self

from pydantic import ConfigDict, model_validator

from gateway.canonical.freight import ChargeDetail
from gateway.canonical.transport import EquipmentDetail, ScheduledMoment, TransportReference
from gateway.canonical.values import Clock, Code, Day, Number, Part, Text


class TenderEvent(Part):
    """What happened, or why the load is declined: an event with its reason, place and equipment."""

    code: Code
    text: Text | None = None
    date: Day | None = None
    time: Clock | None = None
    city: Text | None = None
    region: Code | None = None
    country: Code | None = None
    reason: Code | None = None
    location_code: Code | None = None
    quantity: Number | None = None
    train_delay: Code | None = None
    message: Text | None = None
    zone: Code | None = None
    second_quantity: Number | None = None
    second_location_code: Code | None = None
    equipment_count: Number | None = None
    second_equipment_count: Number | None = None
    third_equipment_count: Number | None = None
    weight: Number | None = None
    length: Number | None = None


class AnsweredStop(Part):
    """One stop as the carrier confirms it."""

    sequence: Number
    reason: Code
    weight: Number | None = None
    weight_unit: Code | None = None
    quantity: Number | None = None
    unit: Code | None = None
    volume: Number | None = None
    volume_unit: Code | None = None
    description: Text | None = None
    location_code: Code | None = None
    accomplish: Code | None = None
    references: tuple[TransportReference, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    remarks: tuple[Text, ...] = ()


class LoadTenderResponse(Part):
    """What a carrier answers to a load tender: ``answer`` says accepted or declined, ``reason`` and ``events`` say why."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["tender_number"]}, {"required": ["carrier"]}]})

    tender_number: Text | None = None
    carrier: Code | None = None
    answer: Code | None = None
    reason: Code | None = None
    answered_on: Day | None = None
    confirmed: Code | None = None
    references: tuple[TransportReference, ...] = ()
    dates: tuple[ScheduledMoment, ...] = ()
    equipment: tuple[EquipmentDetail, ...] = ()
    charges: tuple[ChargeDetail, ...] = ()
    events: tuple[TenderEvent, ...] = ()
    remarks: tuple[Text, ...] = ()
    stops: tuple[AnsweredStop, ...] = ()
    custom: dict[str, Text] | None = None

    @model_validator(mode="after")
    def _answers_something(self) -> Self:
        # Until 004030 the tender's number is what must be there, later the carrier; without both it answers nothing.
        if self.tender_number is None and self.carrier is None:
            raise ValueError("name the tender that is answered (tender_number), or at least the carrier")
        return self
