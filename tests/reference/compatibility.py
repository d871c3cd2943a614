"""Says how a JSON Schema breaks those who hold to an earlier one: what was valid and is not any more, in plain lines.

Only what pydantic writes is known: objects, arrays, scalars with bounds, enums, references and anyOf.
"""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]

_LOWER_IS_WIDER = ("minLength", "minimum", "exclusiveMinimum", "minItems")
_HIGHER_IS_WIDER = ("maxLength", "maximum", "exclusiveMaximum", "maxItems")


def breaking_changes(before: Schema, after: Schema) -> list[str]:
    """Return a line for each change that refuses what ``before`` allowed; nothing when there is none."""
    return list(_Comparison(before, after).compare(before, after, ""))


class _Comparison:
    def __init__(self, before: Schema, after: Schema) -> None:
        self.before, self.after = before.get("$defs", {}), after.get("$defs", {})
        self.seen: set[tuple[str, str]] = set()

    def compare(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        names = (old.get("$ref", ""), new.get("$ref", ""))
        if any(names):
            if names in self.seen:
                return  # The same pair of models was compared already, or is being compared.
            self.seen.add(names)
        old, new = _followed(old, self.before), _followed(new, self.after)
        if "anyOf" in old or "anyOf" in new:
            yield from self.choices(old, new, place)
            return
        if _kind(old) != _kind(new) and _kind(new) != "anything":
            yield f"{place or 'the message'}: was {_kind(old)}, is {_kind(new)}"
            return
        yield from self.values(old, new, place)
        yield from self.properties(old, new, place)
        for part, shown in (("items", "[]"), ("additionalProperties", ".*")):
            if isinstance(old.get(part), dict) and isinstance(new.get(part), dict):
                yield from self.compare(old[part], new[part], place + shown)
        if old.get("additionalProperties", True) is not False and new.get("additionalProperties", True) is False:
            yield f"{place or 'the message'}: other properties were allowed and are not any more"

    def choices(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        """Each choice that there was needs one that takes it; the nearest one says why it does not."""
        offered = new.get("anyOf", [new])
        for choice in old.get("anyOf", [old]):
            kind = _kind(_followed(choice, self.before))
            near = [each for each in offered if _kind(_followed(each, self.after)) in (kind, "anything")]
            if not near:
                yield f"{place}: {kind} was allowed and is not any more"
                continue
            yield from min((list(self.compare(choice, each, place)) for each in near), key=len)

    def values(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        if "enum" in new:
            gone = [value for value in old.get("enum", []) if value not in new["enum"]]
            if "enum" not in old:
                yield f"{place}: any value was allowed, now only {', '.join(map(str, new['enum']))}"
            elif gone:
                yield f"{place}: no longer allowed: {', '.join(map(str, gone))}"
        if "pattern" in new and old.get("pattern") != new["pattern"]:
            yield f"{place}: its pattern was {old.get('pattern', 'any')}, is {new['pattern']}"
        for name in (*_LOWER_IS_WIDER, *_HIGHER_IS_WIDER):
            was, now = old.get(name), new.get(name)
            if now is None or (name, now) in (("minLength", 0), ("minItems", 0)):
                continue
            if was is None or (now > was if name in _LOWER_IS_WIDER else now < was):
                yield f"{place}: {name} was {was if was is not None else 'not set'}, is {now}"

    def properties(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        had, has = old.get("properties", {}), new.get("properties", {})
        before = f"{place}." if place else ""
        yield from (f"{before}{name}: was removed" for name in had if name not in has)
        for name in new.get("required", ()):
            if name not in old.get("required", ()):
                yield f"{before}{name}: is new and required" if name not in had else f"{before}{name}: became required"
        for name in had:
            if name in has:
                yield from self.compare(had[name], has[name], before + name)


def _followed(schema: Schema, models: dict[str, Schema]) -> Schema:
    while "$ref" in schema:
        schema = models[schema["$ref"].rpartition("/")[2]]
    return schema


def _kind(schema: Schema) -> str:
    """Return the type, with its format where it has one."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return f"{kind} ({schema['format']})" if "format" in schema else kind
    return "anything"
