"""How to mend what pydantic found wrong with content, in words for its editors."""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import BaseModel

Location = tuple[int | str, ...]

_MENDS = {
    "type_error.integer": "Write a whole number without quotes",
    "type_error.float": "Write a number without quotes",
    "type_error.str": "Write text; put it in quotes if it looks like a number or a list",
    "type_error.list": "Write a list: one item a line, each starting with `- `",
    "type_error.tuple": "Write a list: one item a line, each starting with `- `",
    "type_error.set": "Write a list: one item a line, each starting with `- `",
    "type_error.dict": "Write `key: value` lines, indented below this key",
    "type_error.none.not_allowed": "Write a value after the colon, or remove the key",
    "value_error.strictbool": "Write true or false without quotes",
    "type_error.bool": "Write true or false without quotes",
    "value_error.bool": "Write true or false without quotes",
    "value_error.date": "Write the date as 2026-03-31",
    "value_error.any_str.min_length": "Write some text here, or remove the key",
    "value_error.list.min_items": "Add the items that are missing",
    "value_error.list.unique_items": "Remove the item that stands here twice",
}


def mend(item: Any, model: type[BaseModel], location: Location, data: object) -> str:
    """Says how to mend one item of ``ValidationError.errors()``.

    Args:
        item: The item.
        model: The model that the whole file should fit.
        location: Where in the file, without pydantic's ``__root__``.
        data: The content of the whole file.
    """
    kind, name = item["type"], location[-1] if location else ""
    if kind == "value_error.missing":
        return f"Add the key `{name}:` here"
    if kind == "value_error.extra":
        known = _keys_at(model, location[:-1])
        close = difflib.get_close_matches(str(name), known, n=1)
        if close:
            return f"Remove it, or did you mean `{close[0]}`?"
        return f"Remove it; known keys are {', '.join(known)}" if known else "Remove it"
    choices = _choices(item.get("ctx") or {})
    if choices:
        close = difflib.get_close_matches(str(_value_at(data, location)), choices, n=1)
        if close:
            return f"Did you mean `{close[0]}`?"
        return f"Write one of: {', '.join(choices)}"
    value = repr(_value_at(data, location))
    shown = value if len(value) <= 60 else f"{value[:57]}..."
    return _MENDS.get(kind, f"Correct the value; it is {shown}")


def _choices(context: dict[str, Any]) -> list[str]:
    found = context.get("permitted") or context.get("enum_values") or ()
    return [str(getattr(choice, "value", choice)) for choice in found]


def _keys_at(model: Any, location: Location) -> list[str]:
    """The keys that may stand at a place; none where no single model stands."""
    for part in ("__root__", *location):
        fields = getattr(model, "__fields__", {})
        inner = {field.alias: field.type_ for field in fields.values()}
        model = inner.get(part, model)
    fields = getattr(model, "__fields__", {})
    return sorted(field.alias for field in fields.values())


def _value_at(data: Any, location: Location) -> object:
    for part in location:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            continue  # a part that only pydantic knows, see content_loader.LineLookup.line
    return data
