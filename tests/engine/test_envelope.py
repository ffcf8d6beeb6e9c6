"""Nothing that was damaged, or belongs to another key, is taken for a result."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.engine import codecs, envelope
from wfrepair_magic.engine.envelope import Kept, pack, pack_bare, unpack
from wfrepair_magic.errors import EngineBug, StoreError

KEY = hashlib.sha256(b"one").hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()
KEPT = Kept({"rows": [1, (2, b"3")]}, "default", 1700000000.25, 3.5, {"url": OTHER})


def packed() -> bytes:
    """Pack the result that these tests use."""
    raw = pack(KEPT, KEY)
    assert raw is not None
    return raw


def test_a_result_comes_back_whole() -> None:
    """Outputs, action, times and param digests are what they were."""
    assert unpack(packed(), KEY) == KEPT


def test_a_result_without_a_codec_is_not_packed_but_its_bare_part_is() -> None:
    """What is known besides the outputs can be kept where the outputs cannot."""
    kept = Kept({"handle": object()}, "found", 1.0, 2.0, {"p": KEY})
    assert pack(kept, KEY) is None
    raw = pack_bare(kept, KEY)
    assert envelope.codec_of(raw) == envelope.BARE
    assert unpack(raw, KEY) == Kept({}, "found", 1.0, 2.0, {"p": KEY})


def test_every_single_flipped_bit_is_said() -> None:
    """No bit of an envelope can change without being CORRUPT."""
    raw = packed()
    for position in range(len(raw) * 8):
        damaged = bytearray(raw)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(StoreError, match="CORRUPT"):
            unpack(bytes(damaged), KEY)


def test_every_cut_and_every_addition_is_said() -> None:
    """An envelope that lost its end, or got more of it, is CORRUPT."""
    raw = packed()
    for damaged in [*(raw[:length] for length in range(len(raw))), raw + b"\x00", raw + raw]:
        with pytest.raises(StoreError, match="CORRUPT"):
            unpack(damaged, KEY)


@settings(max_examples=200)
@given(st.binary(max_size=300))
def test_random_bytes_are_said(raw: bytes) -> None:
    """Bytes that we never wrote are CORRUPT, never an error of another kind."""
    with pytest.raises(StoreError, match="CORRUPT"):
        unpack(raw, KEY)


def test_the_result_of_another_key_is_said() -> None:
    """A whole envelope in the wrong place is CORRUPT, and the message names both keys."""
    with pytest.raises(StoreError, match=rf"CORRUPT: the result {OTHER}: .* result of {KEY}"):
        unpack(packed(), OTHER)


def test_another_version_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole envelope of a newer version is not called damaged."""
    monkeypatch.setattr(envelope, "VERSION", 2)
    raw = packed()
    monkeypatch.undo()
    with pytest.raises(StoreError, match="is of format 2; this version reads 1"):
        unpack(raw, KEY)


def test_an_unknown_codec_or_value_is_refused_with_a_sentence() -> None:
    """What a newer version wrote in our envelope is said to be so."""
    payload = codecs.encode("x")
    assert payload is not None
    with pytest.raises(StoreError, match="codec 'arrow'"):
        unpack(envelope.wrap("arrow", KEY, payload), KEY)
    with pytest.raises(StoreError, match="cannot be read by this version"):
        unpack(envelope.wrap(envelope.JSON, KEY, b"new"), KEY)


@pytest.mark.parametrize("key", ["", "abc", KEY.upper(), KEY[:-1] + "g", f"{KEY}00"])
def test_a_key_that_is_no_digest_is_our_bug(key: str) -> None:
    """A short or odd key never reaches the disk."""
    with pytest.raises(EngineBug, match="64 hex digits"):
        pack(KEPT, key)
