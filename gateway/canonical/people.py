"""People and organizations by the parts of their names, where a document speaks of more than the parties to a trade."""

from __future__ import annotations

from gateway.canonical.parties import Address, Contact
from gateway.canonical.values import Code, Identifier, Part, Reference, Text


class Person(Part):
    """A person or organization in one role; ``name`` is the last name of a person or the name of an organization."""

    role: Code
    type: Code
    name: Text | None = None
    first_name: Text | None = None
    middle_name: Text | None = None
    prefix: Text | None = None
    suffix: Text | None = None
    id: Identifier | None = None
    relationship: Code | None = None
    also_role: Code | None = None
    second_name: Text | None = None
    more_names: tuple[Text, ...] = ()
    address: Address | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
