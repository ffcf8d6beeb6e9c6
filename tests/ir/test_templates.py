"""What templates become: values, texts, and exact findings where they do not resolve."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import numbers
import pathlib
import types
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.model import MISSING
from wfrepair_magic.ir.templates import (
    UNDECIDED,
    Gone,
    Resolution,
    Unresolved,
    resolve,
)
from wfrepair_magic.settings import LIMITS

ROWS = [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]
SCOPE: dict[str, Any] = {
    "u": {"body": {"user_name": "ann", "email": "a@b", "org": None, "zero": 0, "tags": ["x", "y"]}},
    "q": {"rows": ROWS, "row": {"id": 7}, "none": None, "grid": [[1, 2], [3, 4]]},
    "t": {"json": '{"a": [{"b": "42"}], "n": 5}', "list": " [10, 20]", "text": "42", "yes": "true"},
    "i": 1,
    "word": "w",
    "env": {"TOKEN": "s3"},
    "later": UNDECIDED,
    "gone": Gone("branch not taken"),
    "failed": Gone("upstream failed"),
}


def value(text: Any, scope: dict[str, Any] | None = None) -> Any:
    """Resolve what must resolve and give its value."""
    found = resolve(text, SCOPE if scope is None else scope)
    assert found.complete, found
    return found.value


def problem(text: str, scope: dict[str, Any] | None = None) -> Unresolved:
    """Resolve a text in which one template does not resolve and give the finding."""
    found = resolve(text, SCOPE if scope is None else scope, ("nodes", 0, "params", "p"))
    (unresolved,) = found.unresolved
    assert found.value is MISSING and not found.complete
    assert unresolved.slot == ("nodes", 0, "params", "p")
    return unresolved


# --- rule 1: heads and paths


def test_a_path_goes_through_keys_and_indexes() -> None:
    """`${a.b[0].c}` and `${a.b[0][1]}` give what is there."""
    assert value("${q.rows[1].name}") == "b"
    assert value("${q.grid[1][0]}") == 3


def test_a_head_alone_is_all_of_it() -> None:
    """`${a}` is all of a node's outputs, or an input's value."""
    assert value("${q}") is SCOPE["q"]
    assert value("${i}") == 1


def test_the_environment_is_what_the_scope_gives_of_it() -> None:
    """`${env.NAME}` reads what the workflow declared, and nothing else."""
    assert value("${env.TOKEN}") == "s3"
    assert problem("${env.HOME}").known == ("TOKEN",)


# --- rule 2: values and texts


@pytest.mark.parametrize(
    "given_value", [0, False, None, [], {}, "", "42", 10**50, 1.5, ["a"], b"x", object()]
)
def test_a_whole_template_is_the_very_value(given_value: object) -> None:
    """A param that is exactly one template keeps the value, whatever it is."""
    assert value("${v}", {"v": given_value}) is given_value


class Colour(enum.Enum):
    """An enum whose text is its value's."""

    RED = "red"


class Name(enum.StrEnum):
    """A text that is an enum too."""

    ANN = "ann"


class Count:
    """An integer that is none of Python's own, as the ones of array libraries are."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __int__(self) -> int:
        return self.number


numbers.Integral.register(Count)


@pytest.mark.parametrize(
    ("given_value", "text"),
    [
        (0, "0"),
        (-1.5, "-1.5"),
        (1e20, "1e+20"),
        (10**30, "1" + "0" * 30),
        (True, "True"),
        (False, "False"),
        (None, ""),
        ("é", "é"),
        ([], "[]"),
        ([1, "é", None, True], '[1, "é", null, true]'),
        ({"a": {"b": 1.0}, "ü": "\n"}, '{"a": {"b": 1.0}, "ü": "\\n"}'),
        ((1, 2), "[1, 2]"),
        (types.MappingProxyType({"a": 1}), '{"a": 1}'),
        ([datetime.date(2026, 11, 21)], '["2026-11-21"]'),
        (datetime.datetime(2026, 11, 21, 8, 30), "2026-11-21 08:30:00"),
        (decimal.Decimal("1.10"), "1.10"),
        (pathlib.PurePosixPath("a/b"), "a/b"),
        (Colour.RED, "red"),
        (Name.ANN, "ann"),
        ([fractions.Fraction(1, 2), Count(3)], "[0.5, 3]"),
        ([types.MappingProxyType({"a": Colour.RED})], '[{"a": "red"}]'),
    ],
)
def test_inside_text_a_value_becomes_text(given_value: object, text: str) -> None:
    """Numbers are as Python prints them, None is empty, lists and dicts are JSON."""
    assert value("<${v}>", {"v": given_value}) == f"<{text}>"


@pytest.mark.parametrize("given_value", [b"x", object(), {1}, [object()], {"a": b"x"}, print])
def test_what_has_no_text_does_not_become_one(given_value: object) -> None:
    """Bytes, sets and objects are never passed on as what Python would print of them."""
    found = problem("<${v}>", {"v": given_value})
    assert (found.kind, found.template) == ("filter", "${v}")


def test_a_circle_has_no_text() -> None:
    """A list that holds itself is a finding, not an endless loop."""
    circle: list[Any] = []
    circle.append(circle)
    assert problem("<${v}>", {"v": circle}).kind == "filter"


def test_a_number_too_long_to_print_is_a_finding() -> None:
    """A number of more digits than Python prints is told, not raised."""
    assert problem("<${v}>", {"v": 10**5000}).kind == "filter"
    assert problem("<${v}>", {"v": [10**5000]}).kind == "filter"


# --- rule 3: recursive, single pass


def test_resolution_goes_into_values_and_items_but_not_into_keys() -> None:
    """Dicts, lists and tuples are resolved at every depth, their keys never."""
    tree = {"${i}": ["${i}", {"a": "x${i}"}], "b": ("${i}",), "c": 5, "d": None}
    assert value(tree) == {"${i}": [1, {"a": "x1"}], "b": (1,), "c": 5, "d": None}


def test_the_authors_tree_stays_as_it_is() -> None:
    """Resolving makes new containers."""
    tree = {"a": ["${i}"]}
    assert value(tree) == {"a": [1]} and tree == {"a": ["${i}"]}


def test_what_came_out_of_a_value_is_not_resolved_again() -> None:
    """Resolution is single-pass: a template in a value is text."""
    scope = {"a": "${b}", "b": "secret", "c": ["${b}"], "d": "$${b}"}
    assert value(["${a}", "<${a}>", "${c}", "<${d}>"], scope) == [
        "${b}", "<${b}>", ["${b}"], "<$${b}>",
    ]  # fmt: skip


@given(st.text(alphabet="${}ab.|?", max_size=20))
def test_no_text_of_a_value_is_ever_read_as_a_template(text: str) -> None:
    """Whatever a value's text is, it comes through whole, alone and inside other text."""
    scope = {"a": text, "b": "never"}
    assert value("${a}", scope) == text
    assert value("x ${a} y", scope) == f"x {text} y"
    assert value({"k": ["${a}"]}, scope) == {"k": [text]}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=10,
)


@given(JSON)
def test_a_whole_template_keeps_type_and_identity(data: Any) -> None:
    """A template of any JSON value gives that object; in text it gives its text form."""
    assert value("${v}", {"v": data}) is data
    text = value("${v} ", {"v": data})
    if isinstance(data, dict | list):
        assert json.loads(text) == data


# --- rule 4: indexes


def test_an_index_out_of_range_says_how_long_the_list_is() -> None:
    """`[N]` past the end does not resolve, and tells the length."""
    found = problem("${q.rows[5].id}")
    assert (found.kind, found.length, found.reached) == ("index_range", 2, "q.rows")
    assert (found.rest, found.segment_span, found.found_type) == ((5, "id"), (8, 11), "array")


def test_a_dot_index_does_not_resolve() -> None:
    """`.0` on a list names the right form."""
    found = problem("a ${q.rows.0.id} b")
    assert found == Unresolved(
        slot=("nodes", 0, "params", "p"),
        template="${q.rows.0.id}",
        ref="q.rows.0.id",
        kind="bad_index",
        message="`${q.rows.0.id}` does not resolve: "
        "`q.rows` is a list; its items are written [N], not .N",
        segment_span=(11, 12),
        reached="q.rows",
        rest=("0", "id"),
        found_type="array",
        length=2,
        hint="write `q.rows[0]`",
        head="q",
    )


def test_digits_may_be_a_key_of_an_object() -> None:
    """`.2026` is a key like any other where there is an object with it."""
    assert value("${v.2026}", {"v": {"2026": "y"}}) == "y"


@pytest.mark.parametrize(
    ("text", "hint"),
    [("${q.row[-1]}", ""), ("${q.rows[-1].id}", ""), ('${q["row"].id}', "write `q.row`")],
)
def test_negative_indexes_and_quoted_keys_do_not_resolve(text: str, hint: str) -> None:
    """`[-1]` and `["k"]` are no indexes; a quoted key names its right form."""
    found = problem(text)
    assert (found.kind, found.hint) == ("bad_index", hint)


def test_a_nested_index_takes_an_integer() -> None:
    """`${l[${i}]}` works for an integer `i`."""
    assert value("${q.rows[${i}].name}") == "b"
    assert value("${q.grid[${q.grid[0][0]}][${i}]}") == 4


@pytest.mark.parametrize(
    "index", ["1", 1.0, True, None, -1, [1], pytest.param(10**5000, id="huge")]
)
def test_a_nested_index_takes_nothing_but_an_integer(index: object) -> None:
    """A text, a float, a bool or a negative number is no index."""
    found = problem("${l[${i}]}", {"l": [1, 2], "i": index})
    assert (found.kind, found.segment_span) == ("bad_index", (3, 9))


def test_a_nested_index_that_does_not_resolve_is_told_itself() -> None:
    """The finding is about the inner path, with its own place."""
    found = problem("${q.rows[${ii}].id}")
    assert (found.kind, found.ref, found.segment_span) == ("unknown_head", "ii", (11, 13))
    assert problem("${q.rows[${q.rows[9].id}]}").kind == "index_range"


def test_an_index_on_an_object_says_so() -> None:
    """`[0]` on an object tells its keys."""
    found = problem("${q.row[0].name}")
    assert (found.kind, found.known, found.rest) == ("index_on_object", ("id",), (0, "name"))


def test_a_key_on_a_list_says_so() -> None:
    """A key on a list tells its length and the keys of its items."""
    found = problem("${q.rows.name}")
    assert (found.kind, found.length, found.known) == ("key_on_list", 2, ("id", "name"))


# --- rule 5: through text, through None


def test_a_path_goes_on_inside_json_text() -> None:
    """Text that is a JSON object or array is read as one, at any depth."""
    assert value("${t.json.a[0].b}") == "42"
    assert value("${t.list[1]}") == 20
    inner = json.dumps({"b": json.dumps([1, {"c": 2}])})
    assert value("${v.b[1].c}", {"v": inner}) == 2


def test_json_text_at_the_end_of_a_path_stays_text() -> None:
    """Only a path *through* text reads it."""
    assert value("${t.json}") is SCOPE["t"]["json"]


@pytest.mark.parametrize(
    "text", ["42", "true", "null", '"a"', "{", "[1,]", "", " ", "nope", '{"a": NaN}', "[" * 9999]
)
def test_other_text_has_nothing_inside(text: str) -> None:
    """A path does not go through text that is no JSON object or array."""
    assert problem("${v.a}", {"v": text}).kind == "not_container"
    assert problem("${v[0]}", {"v": text}).kind == "not_container"


def test_json_text_is_read_up_to_its_limit() -> None:
    """At the limit a path goes through, one byte over it does not; bytes count, not letters."""
    room = LIMITS.parsed_text_bytes - len('{"a": 1, "b": ""}')
    assert value("${v.a}", {"v": f'{{"a": 1, "b": "{"x" * room}"}}'}) == 1
    assert (
        problem("${v.a}", {"v": f'{{"a": 1, "b": "{"x" * (room + 1)}"}}'}).kind == "not_container"
    )
    assert (
        problem("${v.a}", {"v": f'{{"a": 1, "b": "{"é" * (room - 1)}"}}'}).kind == "not_container"
    )


@pytest.mark.parametrize("text", ["42", "true", "null", "1.0"])
def test_text_is_never_turned_into_another_type(text: str) -> None:
    """Text such as "42" or "true" stays text."""
    assert value("${v}", {"v": text}) == text
    assert value("${v[0]}", {"v": [text]}) == text


def test_a_path_through_none_does_not_resolve() -> None:
    """A path through null is told as such, with where the null is."""
    found = problem("${u.body.org.name}")
    assert (found.kind, found.reached, found.found_type) == ("through_none", "u.body.org", "null")
    assert problem("${v[0]}", {"v": None}).kind == "through_none"


def test_a_path_that_ends_in_none_is_none() -> None:
    """A null at the end of a path is a value."""
    assert value("${u.body.org}") is None


def test_scalars_and_objects_of_python_have_nothing_inside() -> None:
    """Numbers and objects are not looked into; attributes are never read."""
    assert problem("${i.real}").kind == "not_container"
    assert problem("${v.x}", {"v": types.SimpleNamespace(x=1)}).kind == "not_container"


# --- rule 6: chains


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${u.body.nope ?? q.row.id}", 7),
        ("${nobody ?? gone.x ?? failed ?? u.body.org.x ?? 5}", 5),
        ('${nobody.x ?? "none"}', "none"),
        ("${u.body.org ?? 5}", None),
        ("${u.body.zero ?? 5}", 0),
        ("${q.rows[9] ?? q.rows.0 ?? q.row[0] ?? null}", None),
        ("${q.rows[${nobody}] ?? true}", True),
        ("a${nobody ?? null}b", "ab"),
    ],
)
def test_a_chain_takes_the_first_that_resolves(text: str, expected: object) -> None:
    """Missing, failed and skipped nodes fall through; a found None ends the chain."""
    assert value(text) == expected


def test_a_chain_without_an_answer_tells_every_path() -> None:
    """Each alternative that failed is a finding, with its own place."""
    found = resolve("${u.body.nope ?? q.rows[9]}", SCOPE)
    assert [(item.kind, item.segment_span) for item in found.unresolved] == [
        ("absent", (9, 13)),
        ("index_range", (23, 26)),
    ]
    assert found.gone == frozenset()


def test_a_node_that_is_gone_is_told_as_such() -> None:
    """A reference to a skipped or failed node does not resolve, and its head is named."""
    found = resolve("${gone.x.y}", SCOPE)
    assert found.gone == {"gone"} and found.value is MISSING
    (unresolved,) = found.unresolved
    assert (unresolved.kind, unresolved.head, unresolved.reached) == ("gone", "gone", "")
    assert "branch not taken" in unresolved.message


def test_a_chain_of_nodes_that_are_all_gone_is_gone() -> None:
    """Where every alternative is gone, all of them are named."""
    assert resolve("${gone.x ?? failed.y}", SCOPE).gone == {"gone", "failed"}


def test_in_a_chain_a_broken_path_is_to_blame_before_a_skipped_node() -> None:
    """A skipped node in a chain does not hide that the other path is wrong."""
    found = resolve("${gone.x ?? u.nope}", SCOPE)
    assert ([item.ref for item in found.unresolved], found.gone) == (["u.nope"], frozenset())


# --- rule 7: filters


@pytest.mark.parametrize(
    ("text", "given_value", "expected"),
    [
        ("${v | json}", '{"a": [1]}', {"a": [1]}),
        ("${v | json}", " 42 ", 42),
        ("${v | json}", "null", None),
        ("${v | json}", [1], [1]),
        ("${v | tojson}", {"a": [1, "é"]}, '{"a": [1, "é"]}'),
        ("${v | tojson}", "x", '"x"'),
        ("${v | tojson}", None, "null"),
        ("${v | int}", "5", 5),
        ("${v | int}", " -5 ", -5),
        ("${v | int}", 5.0, 5),
        ("${v | int}", 10**30, 10**30),
        ("${v | float}", "5", 5.0),
        ("${v | float}", "1.5e3", 1500.0),
        ("${v | float}", 2, 2.0),
        ("${v | str}", 5, "5"),
        ("${v | str}", None, ""),
        ("${v | str}", [1], "[1]"),
        ("${v | sh}", "a b'c", "'a b'\"'\"'c'"),
        ("${v | sh}", 5, "5"),
        ("${v | raw}", [1], [1]),
        ("${v | json | int | str}", '"7"', "7"),
        ("<${v | json}>", "[1,2]", "<[1, 2]>"),
    ],
)
def test_a_filter_makes_of_a_value_what_it_says(
    text: str, given_value: object, expected: object
) -> None:
    """Filters apply in their order; a whole template keeps the type that they give."""
    found = value(text, {"v": given_value})
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "given_value"),
    [
        ("${v | json}", "{a: 1}"),
        ("${v | json}", "NaN"),
        ("${v | json}", 5),
        ("${v | json}", None),
        ("${v | json}", "[" * 9999),
        ("${v | tojson}", float("nan")),
        ("${v | tojson}", {"a": object()}),
        ("${v | int}", "5.5"),
        ("${v | int}", 5.5),
        ("${v | int}", "x"),
        ("${v | int}", "1_000"),
        ("${v | int}", "٣"),
        ("${v | int}", "9" * 5000),
        ("${v | int}", None),
        ("${v | int}", float("inf")),
        ("${v | float}", "nan"),
        ("${v | float}", "x"),
        ("${v | float}", 10**400),
        ("${v | str}", object()),
        ("${v | sh}", b"x"),
    ],
)
def test_a_filter_that_cannot_be_applied_is_a_finding(text: str, given_value: object) -> None:
    """A filter loses nothing quietly: what does not fit is unresolved, of kind "filter"."""
    found = problem(text, {"v": given_value})
    assert (found.kind, found.template, found.ref) == ("filter", text, "v")
    assert found.segment_span == (0, len(text))


def test_a_filter_applies_to_the_whole_chain() -> None:
    """Rule 11: `${a ?? c | int}` filters whichever was taken, a literal too."""
    assert value("${nobody ?? t.text | int}") == 42
    assert value('${nobody ?? "5" | int}') == 5


# --- rule 8: the escape


def test_an_escape_is_text() -> None:
    """`$${x}` is the literal `${x}`, beside templates and alone."""
    assert value("$${u} ${i}") == "${u} 1"
    assert value("$${nobody}") == "${nobody}"
    assert value("$$${i}") == "$1"


# --- rule 9: findings


def test_an_absent_key_tells_what_is_there() -> None:
    """The keys at the deepest path that resolved come in their own order."""
    found = problem("x ${u.body.userName.first}")
    assert (found.kind, found.reached, found.ref) == ("absent", "u.body", "u.body.userName.first")
    assert found.known == ("user_name", "email", "org", "zero", "tags")
    assert (found.rest, found.segment_span) == (("userName", "first"), (11, 19))
    assert found.hint == "did you mean `user_name`?"
    assert "user_name, email, org" in found.message and "${u.body.userName.first}" in found.message


def test_an_unknown_head_tells_the_heads_there_are() -> None:
    """A head that is no node and no input names those that are, and the nearest."""
    found = problem("${wrd.x}")
    assert (found.kind, found.head, found.segment_span) == ("unknown_head", "wrd", (2, 5))
    assert found.known == tuple(SCOPE)
    assert (found.rest, found.hint) == (("x",), "did you mean `word`?")


def test_a_long_list_of_keys_is_cut_in_the_message_only() -> None:
    """The message shows some keys, the finding holds them all."""
    found = problem("${v.x}", {"v": {f"k{n}": n for n in range(100)}})
    assert len(found.known) == 100 and "k11 and 88 more" in found.message


def test_a_finding_names_the_deepest_place_in_a_tree() -> None:
    """The slot of a finding goes down to the text that holds the template."""
    found = resolve({"a": [{"b": "${nope}"}]}, SCOPE, ("p",))
    assert [item.slot for item in found.unresolved] == [("p", "a", 0, "b")]


def test_all_templates_are_tried() -> None:
    """One pass tells every template that does not resolve, and what the others gave."""
    found = resolve({"a": "${nope} ${i.x}", "b": "${u.nope}", "c": "${i}"}, SCOPE)
    assert [item.kind for item in found.unresolved] == ["unknown_head", "not_container", "absent"]
    assert found.value == {"a": MISSING, "b": MISSING, "c": 1}


def test_replacing_the_segment_of_a_finding_mends_the_template() -> None:
    """The span of a failing key is just the key."""
    text = "a ${u.body.emial} b"
    start, end = problem(text).segment_span
    assert value(text[:start] + "email" + text[end:]) == "a a@b b"


def test_a_text_that_cannot_be_read_is_a_finding() -> None:
    """Resolving never raises for a text; it is unresolved, of kind "unreadable"."""
    found = problem("a ${b c}")
    assert (found.kind, found.segment_span) == ("unreadable", (5, 6))


# --- rule 11: undecided


def test_a_node_that_has_not_run_is_undecided() -> None:
    """Its head is named, and nothing counts as unresolved."""
    found = resolve({"a": "${later.x}", "b": "t ${later}", "c": "${i}"}, SCOPE)
    assert found == Resolution(
        {"a": UNDECIDED, "b": UNDECIDED, "c": 1}, undecided=frozenset({"later"})
    )
    assert not found.complete


def test_an_undecided_alternative_ends_the_chain_for_now() -> None:
    """What stands after an undecided path is not taken; what failed before it is passed over."""
    assert resolve("${later.x ?? i}", SCOPE).undecided == {"later"}
    assert resolve("${nobody ?? later.x}", SCOPE).undecided == {"later"}
    assert value("${i ?? later}") == 1


def test_an_undecided_index_leaves_the_template_undecided() -> None:
    """`${l[${i}]}` waits for `i` too."""
    assert resolve("${q.rows[${later.n}]}", SCOPE).undecided == {"later"}


def test_an_undecided_value_is_not_filtered() -> None:
    """A filter waits for its value."""
    assert resolve("${later | int}", SCOPE).unresolved == ()


def test_a_text_with_both_is_unresolved() -> None:
    """What cannot resolve is told although something else in the text is not decided yet."""
    found = resolve("${later} ${nobody}", SCOPE)
    assert found.value is MISSING
    assert (len(found.unresolved), set(found.undecided)) == (1, {"later"})


def test_findings_are_values() -> None:
    """An Unresolved is frozen, and equal to one with the same contents."""
    assert problem("${u.nope}") == problem("${u.nope}")
    with pytest.raises(dataclasses.FrozenInstanceError):
        problem("${u.nope}").__setattr__("message", "")


SCOPES = st.dictionaries(st.sampled_from("abcd"), JSON | st.just(UNDECIDED) | st.just(Gone("r")))
SEGMENTS = st.sampled_from([".a", ".b", ".0", "[0]", "[1]", '["a"]', "[-1]", "[${b}]"])
PATHS = st.builds(
    lambda h, s: h + "".join(s), st.sampled_from("abcdx"), st.lists(SEGMENTS, max_size=3)
)
CHAINS = st.lists(PATHS | st.just("null") | st.just('"t"'), min_size=1, max_size=3).filter(
    lambda items: len(items) > 1 or items[0][0] in "abcdx"
)


@given(SCOPES, CHAINS, st.sampled_from(["", " | json", " | int", " | str | sh"]))
def test_resolving_never_raises_and_always_accounts_for_itself(
    scope: dict[str, Any], chain: list[str], filters: str
) -> None:
    """A template has a value, or a finding whose span is in the text, or waits for a head."""
    text = f"${{{' ?? '.join(chain)}{filters}}}"
    found = resolve(text, scope)
    assert (found.value is MISSING) == bool(found.unresolved)
    assert (found.value is UNDECIDED) == bool(found.undecided)
    assert found.gone <= {item.head for item in found.unresolved}
    for item in found.unresolved:
        start, end = item.segment_span
        assert 0 <= start < end <= len(text)
        assert item.template == text and item.message
