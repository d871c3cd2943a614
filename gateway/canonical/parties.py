"""Who takes part: parties with ids, addresses and contacts."""

from __future__ import annotations

from gateway.canonical.logistics import Equipment, Handling, PackageCount, Packaging, Routing
from gateway.canonical.particulars import ServiceCodes
from gateway.canonical.values import Code, Day, Identifier, Location, Part, QuantityOf, Reference, Text


class Contact(Part):
    """A person or desk, and how to reach it."""

    function: Code
    name: Text | None = None
    numbers: tuple[Identifier, ...] = ()
    reference: Text | None = None


class Address(Part):
    """A postal address."""

    lines: tuple[Text, ...] = ()
    city: Text | None = None
    region: Code | None = None
    postal_code: Code | None = None
    country: Code | None = None
    location: Location | None = None
    subdivision: Code | None = None


class AddressPart(Part):
    """A named part of an address, such as a building, a floor or a dock."""

    kind: Code
    value: Text
    county: Code | None = None
    second_kind: Code | None = None
    second_value: Text | None = None


class FreightTerms(Part):
    """Who pays the freight, where title and risk pass."""

    payment: Code
    location: Location | None = None
    terms_edition: Code | None = None
    terms: Code | None = None
    title_location: Location | None = None
    risk: Code | None = None
    description: Text | None = None


class Party(Part):
    """One party in one role. Several ids of one party stand side by side in ``ids``."""

    role: Code
    name: Text | None = None
    more_names: tuple[Text, ...] = ()
    ids: tuple[Identifier, ...] = ()
    relationship: Code | None = None
    also_role: Code | None = None
    name_parts: tuple[Identifier, ...] = ()
    address: Address | None = None
    address_parts: tuple[AddressPart, ...] = ()
    contacts: tuple[Contact, ...] = ()
    references: tuple[Reference, ...] = ()
    quantities: tuple[QuantityOf, ...] = ()
    freight_terms: tuple[FreightTerms, ...] = ()
    packages: tuple[PackageCount, ...] = ()
    routings: tuple[Routing, ...] = ()
    equipment: tuple[Equipment, ...] = ()
    handling: tuple[Handling, ...] = ()
    packaging: tuple[Packaging, ...] = ()
    service_codes: tuple[ServiceCodes, ...] = ()
    texts: tuple[Text, ...] = ()


class TaxRegistration(Part):
    """A tax number, and where it holds."""

    number: Text | None = None
    locations: tuple[Location, ...] = ()
    exempt: Code | None = None
    customs_group: Code | None = None


class CurrencyUse(Part):
    """Which party reckons in which currency, and at which rate."""

    role: Code
    currency: Code
    rate: Text | None = None
    other_role: Code | None = None
    other_currency: Code | None = None
    market: Code | None = None
    date_kind: Code | None = None
    date: Day | None = None
