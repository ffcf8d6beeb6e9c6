"""The node types `read-file` and `write-file`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..ir.spec import NodeSpec, Param
from .base import BadParam, Context, built_in, by_name, json_text, objection
from .disk import append, opened, refuse_special, replace
from .paths import reachable
from .registry import register

BINARY = "binary"
"""The `encoding` under which content is bytes."""


def read_file(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Read a file; give `content`, `path` (absolute) and `bytes` (their number).

    The content is text, exactly as it stands there (line ends too), or bytes where `encoding` is
    `binary`.  Raises BadParam for a path that is not allowed or not there, and for content that
    is not in the encoding; OSError where the system refuses.
    """
    path = reachable(params["path"], ctx)
    data = _read(path)
    encoding = params.get("encoding", "utf-8")
    content = data if encoding == BINARY else _decoded(data, encoding, path)
    return {"content": content, "path": str(path), "bytes": len(data)}


def write_file(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Write a file, and its folders where they are missing; give `path` and `bytes` written.

    Whoever reads meanwhile sees the old file or the new one: it is written beside, flushed to
    disk and renamed.  With `append` the content is added in one go, so that several nodes may
    add to one file.  Text and bytes are written as they are, other data as JSON.
    """
    path = reachable(params["path"], ctx)
    data = _encoded(params["content"], params.get("encoding", "utf-8"))
    refuse_special(path)
    if params.get("append", False):
        append(path, data)
    else:
        replace(path, data)
    return {"path": str(path), "bytes": len(data)}


def still_written(params: Mapping[str, Any], ctx: Context) -> bool:
    """Tell whether the file still holds what `write_file` wrote with these params."""
    data = _encoded(params["content"], params.get("encoding", "utf-8"))
    try:
        found = _read(reachable(params["path"], ctx))
    except (BadParam, OSError):
        return False
    return data in found if params.get("append", False) else found == data


def appended(params: Mapping[str, Any]) -> bytes | None:
    """Give what `write_file` adds to its file with these params; None where it writes it anew."""
    if not params.get("append", False):
        return None
    return _encoded(params["content"], params.get("encoding", "utf-8"))


def files_touched(outputs: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the files that a node with these outputs has changed: its path, and where it was."""
    return tuple(outputs[name] for name in ("path", "source") if name in outputs)


def files_read(params: Mapping[str, Any], ctx: Context) -> tuple[Path, ...]:
    """Give the file whose content belongs to the key of a `read-file` node."""
    return (reachable(params["path"], ctx),)


def _read(path: Path) -> bytes:
    with opened(path) as file:
        return file.read()


def _decoded(data: bytes, encoding: str, path: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadParam(
            "encoding",
            f"`{path.name}` is not {encoding} (byte {error.start} is 0x{data[error.start]:02x});"
            f" name its encoding, or `{BINARY}` for bytes",
        ) from error
    except LookupError as error:
        raise _no_encoding(encoding) from error


def _encoded(content: object, encoding: str) -> bytes:
    if isinstance(content, (bytes, bytearray, memoryview)):
        return bytes(content)
    if content is None:
        raise BadParam("content", "is null: there is nothing to write")
    text = content if isinstance(content, str) else json_text("content", content, indent=2) + "\n"
    if encoding == BINARY:
        raise BadParam("content", f"is text, not bytes: {BINARY} is no encoding for it")
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        letter = ascii(text[error.start])
        raise BadParam("encoding", f"{encoding} has no {letter}; `utf-8` has all") from error
    except LookupError as error:
        raise _no_encoding(encoding) from error


def _look_up(encoding: str) -> None:
    try:
        "".encode("utf-8" if encoding == BINARY else encoding)
    except (LookupError, ValueError) as error:
        raise _no_encoding(encoding) from error


def _no_encoding(encoding: str) -> BadParam:
    return BadParam("encoding", f"cannot be followed: there is no text encoding `{encoding}`")


PATH = Param(
    "path", ("string",), required=True, accepts=("file_path",),
    aliases=("file", "filename", "filepath", "file_name"),
    description="The file, from the workflow's own folder; links are followed.",
)  # fmt: skip
_ENCODING = Param(
    "encoding", ("string",), default="utf-8", aliases=("charset",), objection=objection(_look_up),
    description="The text's encoding, or `binary` for bytes.",
)  # fmt: skip
_CONTENT = Param(
    "content", required=True, aliases=("contents", "text", "data", "body"),
    description="Text, bytes, or data that is written as JSON.",
)  # fmt: skip
_APPEND = Param(
    "append", ("boolean",), default=False,
    description="Add to the file instead of replacing it.",
)  # fmt: skip

READ_FILE = register(
    built_in(
        NodeSpec(
            "read-file",
            by_name(PATH, _ENCODING),
            outputs={"content": "any", "path": "string", "bytes": "integer"},
            actions=(),
            effect="read",
            description="Read a file of the project.",
        ),
        read_file,
        files=files_read,
    )
)

WRITE_FILE = register(
    built_in(
        NodeSpec(
            "write-file",
            by_name(PATH, _CONTENT, _ENCODING, _APPEND),
            outputs={"path": "string", "bytes": "integer"},
            actions=(),
            description="Write a file of the project, whole or not at all.",
        ),
        write_file,
        stands=still_written,
        touches=files_touched,
        added=appended,
    )
)
