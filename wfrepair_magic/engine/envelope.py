"""The envelope of everything kept: version, codec, key and digest around the payload.

``WFR | version | length of codec | codec | key | sha256 | payload``.  The digest covers all that
stands beside it, so a flipped bit, a cut-off end or the result of another key is found at every
read; it is said as CORRUPT and is never a miss.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import EngineBug, StoreError
from . import codecs
from .columns import Buffer
from .faults import corrupt

VERSION = 1
JSON = "json"
BARE = "bare"  # a result whose outputs have no codec: everything about it but them

_MAGIC = b"WFR"
_DIGEST = 32  # bytes of a key and of a sha256
_BEGINNING = len(_MAGIC) + 2


@dataclass(frozen=True)
class Kept:
    """A result as it was: what it gave, when (unix seconds), and what it cost (seconds).

    `params` maps each param to the digest of the value that it had then.
    """

    outputs: Mapping[str, Any]
    action: str
    made_at: float
    seconds: float
    params: Mapping[str, str]


def pack(kept: Kept, key: str) -> bytes | None:
    """Give a result as bytes for the disk; None where an output has no codec."""
    pieces = pack_pieces(kept, key)
    return None if pieces is None else b"".join(pieces)


def pack_pieces(kept: Kept, key: str) -> list[Buffer] | None:
    """Do as `pack`, without a copy of what is large: use the pieces before the outputs change."""
    pieces = codecs.encode_pieces({"outputs": dict(kept.outputs), **_about(kept)})
    return None if pieces is None else _wrap(JSON, key, pieces)


def pack_bare(kept: Kept, key: str) -> bytes:
    """Give all of a result but its outputs, for a receipt whose outputs have no codec."""
    payload = codecs.encode(_about(kept))
    if payload is None:
        raise EngineBug("a result's action, times and param digests must be plain values")
    return wrap(BARE, key, payload)


def unpack(raw: bytes, key: str) -> Kept:
    """Rebuild what `pack` or `pack_bare` (then without outputs) wrote for this very key.

    Raises StoreError where the bytes are damaged, of another key or of another version.
    """
    codec, payload = unwrap(raw, key)
    if codec not in (JSON, BARE):
        raise StoreError(
            f"the result {key} was written with the codec {codec!r} of a newer version"
        )
    document = read_document(payload, key)
    return Kept(**{"outputs": {}, **document})


def wrap(codec: str, key: str, payload: bytes) -> bytes:
    """Put a payload into an envelope.  `key` is a digest of 64 hex digits."""
    return b"".join(_wrap(codec, key, [payload]))


def _wrap(codec: str, key: str, payload: list[Buffer]) -> list[Buffer]:
    head = _head(VERSION, codec, key)
    return [head, _digest(head, *payload), *payload]


def unwrap(raw: bytes, key: str) -> tuple[str, Buffer]:
    """Check an envelope against its key, and give its codec and payload."""
    end = _BEGINNING + (raw[_BEGINNING - 1] if len(raw) >= _BEGINNING else 0) + _DIGEST
    head, payload = raw[:end], memoryview(raw)[end + _DIGEST :]
    if not raw.startswith(_MAGIC) or raw[end : end + _DIGEST] != _digest(head, payload):
        raise corrupt(f"the result {key}", "its bytes are not those that were written")
    if head[len(_MAGIC)] != VERSION:
        raise StoreError(
            f"the result {key} is of format {head[len(_MAGIC)]}; this version reads {VERSION}"
        )
    if head[-_DIGEST:].hex() != key:
        raise corrupt(f"the result {key}", f"it is the result of {head[-_DIGEST:].hex()}")
    return codec_of(raw), payload


def codec_of(raw: bytes) -> str:
    """Give the codec that an envelope names; the envelope is taken to be whole."""
    length = raw[_BEGINNING - 1]
    return raw[_BEGINNING : _BEGINNING + length].decode("ascii")


def read_document(payload: Buffer, key: str) -> Any:
    """Decode a payload whose envelope was right; only another version can have written more."""
    try:
        return codecs.decode(payload)
    except ValueError as error:
        raise StoreError(f"the result {key} cannot be read by this version: {error}") from error


def _about(kept: Kept) -> dict[str, Any]:
    return {
        "action": kept.action,
        "made_at": kept.made_at,
        "seconds": kept.seconds,
        "params": dict(kept.params),
    }


def _head(version: int, codec: str, key: str) -> bytes:
    if len(key) != 2 * _DIGEST or key.strip("0123456789abcdef"):
        raise EngineBug(f"a key must be a digest of 64 hex digits, not {key!r}")
    name = codec.encode("ascii")
    return _MAGIC + bytes([version, len(name)]) + name + bytes.fromhex(key)


def _digest(*pieces: Buffer) -> bytes:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.digest()
