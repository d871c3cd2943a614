"""Dangerous goods as carriers and warehouses are told of them: material, class, shipping name, emergency."""

from __future__ import annotations

from gateway.canonical.parties import Contact
from gateway.canonical.transport import TransportReference
from gateway.canonical.values import Code, Day, Number, Part, Quantity, Text


class HazardCertification(Part):
    """Who certifies that dangerous goods are declared and packed as the law says."""

    name: Text | None = None
    certification: Code | None = None
    declaration: Text | None = None
    more_of_declaration: Text | None = None


class HazardClassification(Part):
    """The class of dangerous goods, with placards and temperatures."""

    hazard_class: Text | None = None
    class_kind: Code | None = None
    placard: Text | None = None
    endorsement: Text | None = None
    reportable: Code | None = None
    flash_point: Quantity | None = None
    control_temperature: Quantity | None = None
    emergency_temperature: Quantity | None = None
    weight_unit: Code | None = None
    net_explosive: Number | None = None


class HazardName(Part):
    """A part of the proper shipping name."""

    name: Text | None = None
    kind: Code | None = None
    not_otherwise_specified: Code | None = None
    answer: Code | None = None


class HazardText(Part):
    """More about the danger: technical names, limits, exposure zone."""

    kind: Code
    text: Text
    more_text: Text | None = None
    inhalation_zone: Code | None = None
    unit: Code | None = None
    quantity: Number | None = None
    second_quantity: Number | None = None
    date: Day | None = None


class HazardousWaste(Part):
    """What authorities want to know of waste."""

    stream: Code | None = None
    characteristics: Code | None = None
    region: Code | None = None
    reference: Text | None = None


class CanadianHazard(Part):
    """What Canadian law wants: the emergency response plan and subsidiary risks."""

    emergency_plan: Text | None = None
    phone: Text | None = None
    packing_group: Code | None = None
    subsidiary_classes: tuple[Code, ...] = ()
    subsidiary_risk: Code | None = None
    net_explosive: Number | None = None
    note: Text | None = None
    special_commodity: Code | None = None
    second_phone: Text | None = None
    unit: Code | None = None


class BorderHazard(Part):
    """Class and placards beyond a border."""

    hazard_class: Text | None = None
    placard: Text | None = None
    endorsement: Text | None = None


class HazardousMaterial(Part):
    """One dangerous material: how much, under which UN number, class and name."""

    unit: Code
    quantity: Number
    un_number: Text | None = None
    page: Text | None = None
    commodity_code: Text | None = None
    second_unit: Code | None = None
    second_quantity: Number | None = None
    compartment: Code | None = None
    residue: Code | None = None
    packing_group: Code | None = None
    interim_number: Text | None = None
    classifications: tuple[HazardClassification, ...] = ()
    names: tuple[HazardName, ...] = ()
    texts: tuple[HazardText, ...] = ()
    waste: tuple[HazardousWaste, ...] = ()
    canada: CanadianHazard | None = None
    border: tuple[BorderHazard, ...] = ()
    references: tuple[TransportReference, ...] = ()
    contacts: tuple[Contact, ...] = ()


class HazardContact(Contact):
    """Whom to call about goods, and which of them are dangerous."""

    references: tuple[TransportReference, ...] = ()
    certifications: tuple[HazardCertification, ...] = ()
    hazards: tuple[HazardousMaterial, ...] = ()
