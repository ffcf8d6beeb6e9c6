"""Joining patches: what is independent becomes one, what contradicts stays apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.patch import Insert, Patch, Remove, RenameKey, SetValue
from wfrepair_magic.repair.joint import moved, touched, with_edits

TEXT = ("nodes", 0, "params", "text")


def _set(
    new: object, old: object = "${a.x} and ${b.y}", slot: tuple[str | int, ...] = TEXT
) -> Patch:
    return Patch((SetValue(slot, new, old),))


def test_edits_of_two_places_stand_side_by_side() -> None:
    """Edits that do not meet are kept in their order."""
    one, other = SetValue(TEXT, "a", "b"), RenameKey(("nodes", 1, "params", "ur"), "url")
    assert with_edits(Patch((one,)), Patch((other,))) == Patch((one, other))


def test_edits_of_two_pieces_of_one_text_become_one() -> None:
    """Two templates of one text, each mended by its own patch, are both mended by the joint one."""
    joint = with_edits(_set("${a.xx} and ${b.y}"), _set("${a.x} and ${bb.y}"))
    assert joint == _set("${a.xx} and ${bb.y}")


def test_three_edits_of_one_text_become_one() -> None:
    """Joining is not limited to two."""
    news = ["${A.x} and ${b.y}", "${a.x} or ${b.y}", "${a.x} and ${b.Y}"]
    one, other, last = map(_set, news)
    joint = with_edits(one, other)
    assert joint is not None and with_edits(joint, last) == _set("${A.x} or ${b.Y}")


def test_one_edit_given_twice_counts_once() -> None:
    """Two problems with the same mend give that mend."""
    assert with_edits(_set("new"), _set("new")) == _set("new")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(_set("${a.z} and ${b.y}"), id="the same piece, another text"),
        pytest.param(_set("new", old="something else"), id="another text before"),
        pytest.param(_set(5), id="no text"),
        pytest.param(Patch((RenameKey(TEXT, "body"),)), id="the key of that text"),
        pytest.param(Patch((Remove(("nodes", 0)),)), id="the node of that text"),
        pytest.param(Patch((Insert(("nodes", 0), {}),)), id="an item before it"),
    ],
)
def test_what_contradicts_is_not_joined(other: Patch) -> None:
    """Two patches that want different things have no joint one, in either order."""
    assert with_edits(_set("${a.q} and ${b.y}"), other) is None
    assert with_edits(other, _set("${a.q} and ${b.y}")) is None


@given(
    st.lists(st.text("ab", min_size=1, max_size=4), min_size=2, max_size=5),
    st.data(),
)
def test_joining_equals_making_both_edits(words: list[str], data: st.DataObject) -> None:
    """Edits of two different words of a text, joined, give the text with both words changed."""
    first, second = data.draw(st.permutations(range(len(words))))[:2]
    old = " ".join(words)

    def with_words(*numbers: int) -> str:
        return " ".join(w.upper() + "!" if i in numbers else w for i, w in enumerate(words))

    one = _set(with_words(first), old)
    other = _set(with_words(second), old)
    assert with_edits(one, other) == _set(with_words(first, second), old)


def test_a_slot_follows_its_key() -> None:
    """A slot at or under a renamed key is found under the new name, others stay."""
    patch = Patch((RenameKey(("nodes", 0, "params", "hdrs"), "headers"),))
    assert moved(("nodes", 0, "params", "hdrs", "x"), patch) == (
        "nodes", 0, "params", "headers", "x",
    )  # fmt: skip
    assert moved(("nodes", 1, "params", "hdrs"), patch) == ("nodes", 1, "params", "hdrs")
    assert touched(patch) == (("nodes", 0, "params", "headers"),)
