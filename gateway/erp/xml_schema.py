"""The XML schema of canonical messages, made from their models and published as ``docs/schemas/canonical.xsd``."""

from __future__ import annotations

import datetime as dt
import typing
from decimal import Decimal
from typing import Any

from lxml import etree
from pydantic import BaseModel

from gateway.canonical.message import MESSAGE_TYPES, Header
from gateway.erp.xml import NAMESPACE, inner_of

XS = "http://www.w3.org/2001/XMLSchema"

_SIMPLE: dict[Any, str] = {
    str: "xs:string",
    int: "xs:integer",
    bool: "xs:boolean",
    Decimal: "xs:decimal",
    dt.date: "xs:date",
    dt.datetime: "xs:dateTime",
}


def make_xsd() -> bytes:
    """Return the XML schema of all canonical messages, made from their models."""
    root = etree.Element(
        f"{{{XS}}}schema",
        nsmap={"xs": XS, None: NAMESPACE},
        targetNamespace=NAMESPACE,
        elementFormDefault="qualified",
    )
    done: dict[type[BaseModel], None] = {}
    for row in MESSAGE_TYPES.values():
        top = etree.SubElement(root, f"{{{XS}}}element", name=row.name)
        sequence = etree.SubElement(etree.SubElement(top, f"{{{XS}}}complexType"), f"{{{XS}}}sequence")
        etree.SubElement(sequence, f"{{{XS}}}element", name="header", type="Header")
        etree.SubElement(sequence, f"{{{XS}}}element", name="body", type=row.model.__name__)
        _define(root, Header, done)
        _define(root, row.model, done)
    _define_custom(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _define(root: Any, model: type[BaseModel], done: dict[type[BaseModel], None]) -> None:
    if model in done:
        return
    done[model] = None
    made = etree.SubElement(root, f"{{{XS}}}complexType", name=model.__name__)
    sequence = etree.SubElement(made, f"{{{XS}}}sequence")
    for field, info in model.model_fields.items():
        inner, many = inner_of(info.annotation)
        attributes = {"name": field, "type": _type_name(inner)}
        if not info.is_required():
            attributes["minOccurs"] = "0"
        if many:
            attributes["maxOccurs"] = "unbounded"
        etree.SubElement(sequence, f"{{{XS}}}element", attributes)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            _define(root, inner, done)


def _type_name(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind.__name__
    return "Custom" if typing.get_origin(kind) is dict else _SIMPLE[kind]


def _define_custom(root: Any) -> None:
    made = etree.SubElement(root, f"{{{XS}}}complexType", name="Custom")
    sequence = etree.SubElement(made, f"{{{XS}}}sequence")
    entry = etree.SubElement(sequence, f"{{{XS}}}element", name="entry", minOccurs="0", maxOccurs="unbounded")
    content = etree.SubElement(etree.SubElement(entry, f"{{{XS}}}complexType"), f"{{{XS}}}simpleContent")
    extension = etree.SubElement(content, f"{{{XS}}}extension", base="xs:string")
    etree.SubElement(extension, f"{{{XS}}}attribute", name="name", type="xs:string", use="required")
