"""The contract under which an item is bought, in short."""

from __future__ import annotations

from gateway.canonical.values import Code, Identifier, Number, Part, Text


class ContractSummary(Part):
    """Which contract, change and order an item belongs to, and at which price."""

    contract: Text | None = None
    change_sequence: Text | None = None
    release: Text | None = None
    reference: Identifier | None = None
    order_number: Text | None = None
    special_services: Code | None = None
    delivery_point: Code | None = None
    percent: Number | None = None
    second_percent: Number | None = None
    amount: Number | None = None
    terms: Code | None = None
    second_special_services: Code | None = None
    unit: Code | None = None
    unit_price: Number | None = None
    second_terms: Code | None = None
    answer: Code | None = None
    second_answer: Code | None = None
