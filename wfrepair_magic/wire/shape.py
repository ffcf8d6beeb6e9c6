"""Makes the JSON Schema and the TypeScript types of what is sent from its one declaration."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal

from ..settings import CHANNEL
from . import asked, shown
from .comment import COMMENT
from .snapshot import MIME

ID: Final = f"urn:wfrepair-magic:run:{shown.SNAPSHOT_VERSION}"
FILE: Final = Path(__file__).with_name("run.schema.json")
"""The schema as it is shipped."""

TYPES_FILE: Final = Path("labextension/src/wire.ts")
"""Where the types lie, from the top of the source tree."""

PLAIN: Final[Mapping[object, tuple[str, str]]] = {
    str: ("string", "string"),
    int: ("integer", "number"),
    float: ("number", "number"),
    bool: ("boolean", "boolean"),
    types.NoneType: ("null", "null"),
}
"""Plain types: their names in JSON Schema and in TypeScript."""


def _values(module: types.ModuleType) -> tuple[type, ...]:
    found = (value for value in vars(module).values() if isinstance(value, type))
    return tuple(kind for kind in found if dataclasses.is_dataclass(kind))


SHOWN: Final = _values(shown)
DECLARED: Final = tuple(dict.fromkeys((*SHOWN, *_values(asked))))

UNIONS: Final = ("Ask", "Told")
"""Names in `asked` that stand for one of several classes."""

HEAD: Final = f"""\
// Made from the declarations in wfrepair_magic/wire/shown.py and asked.py by `make wire`; do not
// edit.  A field that has its default is left out, so that it is optional here.

export const MIME_TYPE = '{MIME}';
export const VERSION = {shown.SNAPSHOT_VERSION};

/** The name of the comm that a page opens. */
export const TARGET = '{CHANNEL}';

/** How each line begins of the comment that stands before a repaired text in a new cell. */
export const COMMENT = '{COMMENT}';
"""


def schema() -> dict[str, Any]:
    """Give the JSON Schema of a snapshot."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": f"A run of a workflow at one moment ({MIME})",
        "$ref": "#/$defs/Snapshot",
        "$defs": {kind.__name__: _object(kind) for kind in SHOWN},
    }


def files(root: Path) -> dict[Path, str]:
    """Give what is made from the declaration, each text by its file; `root` is the source tree."""
    text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    return {FILE: text, root / TYPES_FILE: typescript()}


def write(root: Path) -> None:
    """Write the files anew."""
    for path, text in files(root).items():
        path.write_text(text, encoding="utf-8")


def typescript() -> str:
    """Give the TypeScript module with an interface for every declared class."""
    unions = (f"export type {name} = {_type(getattr(asked, name))};\n" for name in UNIONS)
    return "\n".join([HEAD, *map(_interface, DECLARED), *unions])


def _object(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    return {
        "type": "object",
        "description": _promise(kind),
        "properties": {item.name: _schema(hints[item.name]) for item in fields},
        "required": [item.name for item in fields if not _optional(item)],
    }


def _promise(kind: type) -> str:
    return (kind.__doc__ or "").partition("\n")[0]


def _optional(item: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return item.default is not missing or item.default_factory is not missing


def _schema(hint: Any) -> dict[str, Any]:
    if hint in PLAIN:
        return {"type": PLAIN[hint][0]}
    if hint in DECLARED:
        return {"$ref": f"#/$defs/{hint.__name__}"}
    parts = typing.get_args(hint)
    return SCHEMAS[typing.get_origin(hint)](parts)


SCHEMAS: Final[Mapping[object, Callable[[Any], dict[str, Any]]]] = {
    Literal: lambda parts: {"enum": list(parts)},
    types.UnionType: lambda parts: {"anyOf": [_schema(part) for part in parts]},
    tuple: lambda parts: {"type": "array", "items": _schema(parts[0])},
    dict: lambda parts: {"type": "object", "additionalProperties": _schema(parts[1])},
}


def _interface(kind: type) -> str:
    hints = typing.get_type_hints(kind)
    fields = "\n".join(
        f"  {item.name}{'?' if _optional(item) else ''}: {_type(hints[item.name])};"
        for item in dataclasses.fields(kind)
    )
    return f"/** {_promise(kind)} */\nexport interface {kind.__name__} {{\n{fields}\n}}\n"


def _type(hint: Any) -> str:
    if hint in PLAIN:
        return PLAIN[hint][1]
    if hint in DECLARED:
        return str(hint.__name__)
    parts = typing.get_args(hint)
    return TYPES[typing.get_origin(hint)](parts)


TYPES: Final[Mapping[object, Callable[[Any], str]]] = {
    Literal: lambda parts: " | ".join(f"'{part}'" for part in parts),
    types.UnionType: lambda parts: " | ".join(_type(part) for part in parts),
    tuple: lambda parts: f"ReadonlyArray<{_type(parts[0])}>",
    dict: lambda parts: f"Readonly<Record<string, {_type(parts[1])}>>",
}
