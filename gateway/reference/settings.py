"""Tables of what can be set, drawn from the same schemas that editors use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gateway.reference.markdown import code, page, table
from gateway.reference.schemas import file_schema
from gateway.settings import Environment, GatewayText
from gateway.trading.agreement import AgreementText, Terms
from gateway.trading.partner import OwnText, PartnerText

_HEADS = ("key", "what stands there", "by default", "meaning")


def settings() -> str:
    """The page of the environment and gateway.yaml."""
    rows = [
        (code(f"GATEWAY_{key.upper()}"), kind, default, meaning)
        for key, kind, default, meaning in keys(file_schema(Environment, ""))
    ]
    return page(
        "Settings",
        "Variables say where the gateway stands; `gateway.yaml` in the configuration folder says whom it serves. Secrets stand"
        " in neither: `env:NAME` and `file:PATH` say where they are. Mistakes are named all at once by `gateway partner check`;"
        " a change of `gateway.yaml` counts from the next start on.",
        "## Variables",
        table(("variable", *_HEADS[1:]), rows),
        "## gateway.yaml",
        table(_HEADS, _coded(keys(file_schema(GatewayText, "")))),
    )


def agreements() -> str:
    """The page of partner files."""
    return page(
        "Partners and agreements",
        "One partner, one file: `partners/NAME.yaml`. Who we are stands in `partners/own.yaml`. What an agreement leaves out it"
        " inherits from `defaults` of its partner, then from `defaults` of own.yaml. Check all files with `gateway partner"
        " check`. A change is live within seconds; a change with mistakes is kept out, and the gateway says so in `/readyz`.",
        "## partners/NAME.yaml",
        table(_HEADS, _coded(keys(file_schema(PartnerText, ""), without=("defaults", "agreements")))),
        "## An agreement",
        "An entry of `agreements`. Besides these keys it may have all terms.",
        table(_HEADS, _coded(_of_agreements())),
        "## Terms",
        "They stand in an agreement, under `defaults` of a partner, or under `defaults` of own.yaml.",
        table(_HEADS, _coded(keys(file_schema(Terms, "")))),
        "## partners/own.yaml",
        table(_HEADS, _coded(keys(file_schema(OwnText, ""), without=("defaults",)))),
    )


def _of_agreements() -> Iterator[tuple[str, str, str, str]]:
    return (row for row in keys(file_schema(AgreementText, "")) if row[0].partition(".")[0] not in Terms.model_fields)


def _coded(rows: Iterator[tuple[str, str, str, str]]) -> Iterator[tuple[str, str, str, str]]:
    return ((code(key), kind, default, meaning) for key, kind, default, meaning in rows)


def keys(schema: dict[str, Any], without: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for each key of a schema, those below others as ``keys[].name``; below ``without`` nothing is named."""
    yield from _keys(schema, schema.get("$defs", {}), "", without)


def _keys(
    schema: dict[str, Any], models: dict[str, Any], before: str, without: tuple[str, ...]
) -> Iterator[tuple[str, str, str, str]]:
    for name, about in schema.get("properties", {}).items():
        inner, suffix = _inner(about)
        model = models.get(str(inner.get("$ref", "")).rpartition("/")[2])
        meaning = about.get("description") or (model or {}).get("description", "")
        must = name in schema.get("required", ())
        yield f"{before}{name}", _kind(about, models), "required" if must else _default(about), meaning
        if model is not None and name not in without:
            yield from _keys(model, models, f"{before}{name}{suffix}.", without)


def _inner(about: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what stands below a key, and how that is written: ``[]`` for entries of a list, ``.NAME`` for named ones."""
    if "items" in about:
        return about["items"], "[]"
    for how in ("additionalProperties", "patternProperties"):
        if isinstance(about.get(how), dict):
            inner = about[how] if how == "additionalProperties" else next(iter(about[how].values()))
            return inner, ".NAME"
    return about, ""


def _kind(about: dict[str, Any], models: dict[str, Any]) -> str:
    inner, suffix = _inner(about)
    if suffix:
        return f"{'list' if suffix == '[]' else 'by name'}: {_kind(inner, models)}"
    if "$ref" in about:
        return "keys below"
    if "enum" in about or "const" in about:
        return " or ".join(code(str(value)) for value in about.get("enum", [about.get("const")]))
    if "examples" in about:
        return "such as " + ", ".join(code(example) for example in about["examples"])
    if about.get("type") in ("integer", "number"):
        low = about.get("minimum", about.get("exclusiveMinimum"))
        high = about.get("maximum")
        bounds = [f"from {low}" if low is not None else "", f"to {high}" if high is not None else ""]
        return " ".join(["a number", *filter(None, bounds)])
    words = {"boolean": "`true` or `false`", "string": "text"}
    return {"date": "a date", "path": "a path"}.get(about.get("format", ""), words.get(about.get("type", ""), ""))


def _default(about: dict[str, Any]) -> str:
    default = about.get("default")
    if default is None or isinstance(default, dict):
        return ""
    if isinstance(default, list):
        return ", ".join(code(str(each)) for each in default)
    return code(str(default).lower() if isinstance(default, bool) else str(default))
