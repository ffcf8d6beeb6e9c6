"""The nearest name for a hint, and the strict rule that repairs obey."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.names import (
    Match,
    did_you_mean,
    distance,
    folded,
    nearest,
    strict_match,
)
from wfrepair_magic.ir.opposites import opposed

WORDS = st.text("abcx_1", max_size=9)


@pytest.mark.parametrize(
    "word", ["userName", "user_name", "User-Name", "USER NAME", "user.name", "username"]
)
def test_case_and_separators_fold_away(word: str) -> None:
    """Spellings that differ only in case and separators fold to one."""
    assert folded(word) == "username"


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("fetch", "fetch", 0),
        ("fecth", "fetch", 1),
        ("fetchh", "fetch", 1),
        ("fech", "fetch", 1),
        ("fatch", "fetch", 1),
        ("ca", "abc", 2),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
    ],
)
def test_an_edit_is_a_letter_more_less_other_or_a_swap(one: str, other: str, edits: int) -> None:
    """Insertion, deletion, replacement and a swap of neighbours each count as one edit."""
    assert distance(one, other) == edits


@cache
def by_definition(one: str, other: str) -> int:
    """Give the optimal string alignment, which bounds the distance from above."""
    if not one or not other:
        return len(one) + len(other)
    best = min(
        by_definition(one[1:], other) + 1,
        by_definition(one, other[1:]) + 1,
        by_definition(one[1:], other[1:]) + (one[0] != other[0]),
    )
    if one[:2] == other[:2][::-1] and len(one) > 1:
        best = min(best, by_definition(one[2:], other[2:]) + 1)
    return best


@given(WORDS, WORDS, WORDS)
def test_distance_is_a_distance(one: str, other: str, third: str) -> None:
    """It is symmetric, zero only for equals, obeys the triangle, and never beats its bound."""
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, third) <= distance(one, other) + distance(other, third)
    assert distance(one, other) <= by_definition(one, other)


@given(WORDS, WORDS, st.integers(0, 4))
def test_a_limit_only_cuts_off(one: str, other: str, limit: int) -> None:
    """Below the limit the count is exact; above it is the limit and one."""
    assert distance(one, other, limit) == min(distance(one, other), limit + 1)


@pytest.mark.parametrize(
    ("word", "names", "match"),
    [
        ("userName", ["user_name", "id"], Match("user_name", 0, folded=True)),
        ("emial", ["email", "phone"], Match("email", 1, folded=False)),
        ("descriptoin", ["description"], Match("description", 1, folded=False)),
        ("discriptoin", ["description"], Match("description", 2, folded=False)),
        ("fetched", ["fetches", "fetcher_of"], Match("fetches", 1, folded=False)),
    ],
)
def test_strict_finds_what_must_be_meant(word: str, names: list[str], match: Match) -> None:
    """Folded equality, or one near name that leads clearly, is a match."""
    found = strict_match(word, names)
    assert found is not None
    assert (found.name, found.distance, found.folded) == (match.name, match.distance, match.folded)


@pytest.mark.parametrize(
    ("word", "names"),
    [
        ("od", ["id"]),
        ("nmae", ["game", "name"]),
        ("emial", ["email", "emails"]),
        ("user_name", ["userName", "user-name"]),
        ("login", ["username", "name"]),
        ("phne", ["id", "name"]),
        ("diskriptoin", ["description"]),
        ("line_2", ["line_1"]),
        ("line2", ["line", "name"]),
        ("", ["a"]),
        ("___", ["--"]),
        ("abcd", []),
    ],
)
def test_strict_abstains_without_strong_evidence(word: str, names: list[str]) -> None:
    """Short words, ties, synonyms, far names and other digits match nothing."""
    assert strict_match(word, names) is None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("max_price", "min_price"), ("maxPrice", "minPrice"), ("maxprice", "minprice"),
        ("price_min", "price_max"), ("subscribed", "unsubscribed"), ("max_value", "min_value"),
        ("subscribe_user", "unsubscribe_user"), ("get_user_us", "get_user_eu"),
        ("rollback_eu", "rollback_us"), ("include_all", "exclude_all"), ("axis_x", "axis_y"),
        ("size_kb", "size_mb"), ("encode_text", "decode_text"), ("isActive", "isInactive"),
        ("import_rows", "export_rows"), ("monday_sum", "sunday_sum"), ("get_state", "set_state"),
    ],
)  # fmt: skip
def test_opposites_never_match(word: str, name: str) -> None:
    """What differs by a known opposite, region, unit or letter is another name, not a slip."""
    assert strict_match(word, [name]) is None
    assert strict_match(name, [word]) is None
    assert opposed(word, name) and opposed(name, word)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("emial", "email"), ("usr_name", "user_name"), ("inport", "import"), ("stauts", "status"),
        ("sumarize", "summarize"), ("itemms", "items"), ("user_di", "user_id"),
        ("max_pric", "max_price"),
        ("unsubscirbe", "unsubscribe"), ("get_usr_eu", "get_user_eu"),
    ],
)  # fmt: skip
def test_slips_are_no_opposites(word: str, name: str) -> None:
    """A typo matches as before, whether or not the names hold such words."""
    assert not opposed(word, name) and not opposed(name, word)
    found = strict_match(word, [name])
    assert found is not None and found.name == name


@given(st.text("abcd", min_size=1, max_size=12), st.lists(st.text("abcd", max_size=12)))
def test_a_strict_match_keeps_its_rule(word: str, names: list[str]) -> None:
    """Whatever matches lies within the allowed edits and leads every rival by two."""
    found = strict_match(word, names)
    if found is None or found.folded:
        return
    assert len(word) >= 4
    assert distance(word, found.name) == found.distance <= (1 if len(word) < 9 else 2)
    rivals = {name for name in names if name not in (found.name, word)}
    assert all(distance(word, rival) >= found.distance + 2 for rival in rivals)


@pytest.mark.parametrize(
    ("word", "names", "name"),
    [
        ("htpp", ["shell", "http", "value"], "http"),
        ("readFile", ["write-file", "read-file"], "read-file"),
        ("od", ["id", "type"], "id"),
        ("request_timeout", ["timeout", "url"], "timeout"),
        ("zebra", ["http", "shell"], None),
        ("", ["http"], None),
        ("x" * 500, ["http"], None),
    ],
)
def test_a_hint_may_be_looser(word: str, names: list[str], name: str | None) -> None:
    """The nearest name is found by folding, then edits, then likeness; nonsense finds none."""
    assert nearest(word, names) == name


def test_a_hint_names_the_nearest_or_lists_a_few() -> None:
    """Without anything near, the reader sees what there is, shortened."""
    assert did_you_mean("htpp", ["http", "shell"]) == "did you mean `http`?"
    assert did_you_mean("zzz", ["http", "shell"]) == "there are `http`, `shell`"
    assert did_you_mean("zzz", [f"{n}" * 9 for n in range(9)]).endswith(", …")
    assert did_you_mean("zzz", []) == ""


def test_very_long_words_cost_nothing() -> None:
    """A word of a million letters is compared by folding alone, never edit by edit."""
    long = "x" * 1_000_000
    assert nearest(long, ["a", long.upper()]) == long.upper()
    assert strict_match(long, ["a", long + "y"]) is None
