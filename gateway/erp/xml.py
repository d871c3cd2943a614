"""Canonical messages as XML and back, for ERPs that speak it. The schema is ``docs/schemas/canonical.xsd``.

Elements are named as the fields are, in their order; a list is the element repeated; ``custom`` holds ``entry`` elements with a
name. Incoming XML may declare no document type: entities, network and huge trees are off.
"""

from __future__ import annotations

import json
import types
import typing
from typing import Any

from lxml import etree
from pydantic import BaseModel

from gateway.canonical.message import MESSAGE_TYPES, Header
from gateway.errors import TranslationError

NAMESPACE = "urn:partner-gateway:canonical:1.0"
MAX_DEPTH = 40


def to_xml(message: bytes) -> bytes:
    """Turn a canonical message in JSON into XML."""
    data = json.loads(message)
    kind = data["header"]["type"]
    root = etree.Element(f"{{{NAMESPACE}}}{kind}", nsmap={None: NAMESPACE})
    _write(root, "header", data["header"], Header)
    _write(root, "body", data["body"], MESSAGE_TYPES[kind].model)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _write(parent: Any, name: str, value: Any, kind: Any) -> None:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    if isinstance(value, dict) and isinstance(kind, type) and issubclass(kind, BaseModel):
        for field, info in kind.model_fields.items():
            inner, many = inner_of(info.annotation)
            if field not in value:
                continue
            for item in value[field] if many else [value[field]]:
                _write(element, field, item, inner)
    elif isinstance(value, dict):
        for key, text in value.items():
            entry = etree.SubElement(element, f"{{{NAMESPACE}}}entry", name=key)
            entry.text = text
    elif isinstance(value, bool):
        element.text = "true" if value else "false"
    else:
        element.text = str(value)


def from_xml(data: bytes) -> tuple[str, dict[str, Any]]:
    """Read XML into (message type, canonical body); raise TranslationError for what is none.

    The header is not taken over: whoever received the message knows from whom it is.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise TranslationError(
            f"This is no well-formed XML: {error.msg}. Send it as docs/schemas/canonical.xsd says."
        ) from None
    if root.getroottree().docinfo.doctype:
        raise TranslationError("XML with a document type is not read. Send it without DOCTYPE.")
    name = etree.QName(root)
    row = MESSAGE_TYPES.get(name.localname)
    if row is None or name.namespace != NAMESPACE:
        raise TranslationError(
            f"The root element is one of {', '.join(MESSAGE_TYPES)} in {NAMESPACE}, not {name.text}. Correct it."
        )
    body = root.find(f"{{{NAMESPACE}}}body")
    if body is None:
        raise TranslationError("There is no body element. Send the document in it.")
    found = _read(body, row.model, 0)
    return row.name, found


def _read(element: Any, kind: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise TranslationError("The XML is nested too deep. Send a flatter document.")
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        values: dict[str, Any] = {}
        for child in element:
            field = etree.QName(child).localname
            info = kind.model_fields.get(field)
            if info is None:
                raise TranslationError(f"{kind.__name__} has no element {field} (line {child.sourceline}). Remove it.")
            inner, many = inner_of(info.annotation)
            if many:
                values.setdefault(field, []).append(_read(child, inner, depth + 1))
            else:
                values[field] = _read(child, inner, depth + 1)
        return values
    if typing.get_origin(kind) is dict:
        return {str(child.get("name")): child.text or "" for child in element}
    return element.text or ""


def inner_of(annotation: Any) -> tuple[Any, bool]:
    """Return what a field holds (a model or a plain type), and whether it holds many."""
    many = False
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation = typing.get_args(annotation)[0]
        elif origin in (typing.Union, types.UnionType):
            annotation = next(part for part in typing.get_args(annotation) if part is not type(None))
        elif origin is tuple:
            annotation, many = typing.get_args(annotation)[0], True
        else:
            return annotation, many
