"""What the scanner reads in a text: paths, literals, filters, escapes, and where they stand."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wfrepair_magic.ir.templates import (
    BadIndex,
    Expression,
    Literal,
    Ref,
    Template,
    TemplateError,
    heads,
    parse,
    references,
    source_template,
    walk,
)


def only(text: str) -> Expression:
    """Give the one expression of a text."""
    (expression,) = parse(text).expressions
    return expression


def ref(text: str) -> Ref:
    """Give the one path of a text."""
    (alternative,) = only(text).alternatives
    assert isinstance(alternative, Ref)
    return alternative


def error(text: str) -> TemplateError:
    """Give the error of a text that cannot be read."""
    with pytest.raises(TemplateError) as caught:
        parse(text)
    return caught.value


def test_a_path_is_read_whole() -> None:
    """Head, keys and indexes are read with the exact place of each."""
    assert ref("x ${a.b[0].c-d}") == Ref(
        head="a",
        path=("b", 0, "c-d"),
        spans=((4, 5), (6, 7), (7, 10), (11, 14)),
        start=4,
        end=14,
        text="a.b[0].c-d",
    )


def test_indexes_follow_each_other() -> None:
    """`${a.b[0][1]}` goes into a list of lists."""
    assert ref("${a.b[0][1]}").path == ("b", 0, 1)


def test_a_head_alone_is_a_path() -> None:
    """`${a}` is all of a node's outputs."""
    assert ref("${a}").path == ()


@pytest.mark.parametrize("name", ["a-b", "_", "__index__", "a1", "größe", "true-ish", "nullx"])
def test_names_may_have_hyphens_digits_and_letters_of_any_script(name: str) -> None:
    """A name is letters, digits, `_` and `-`, beginning with a letter or `_`."""
    assert ref(f"${{{name}.{name}}}").head == name


def test_the_environment_is_a_head_like_any_other() -> None:
    """`${env.NAME}` is a path of two."""
    assert (ref("${env.API_KEY}").head, ref("${env.API_KEY}").path) == ("env", ("API_KEY",))


def test_a_nested_index_is_a_path_of_its_own() -> None:
    """`${l[${i.n}].x}` holds a path as its index, at its own place."""
    outer = ref("${l[${i.n}].x}")
    inner = outer.path[0]
    assert isinstance(inner, Ref)
    assert (inner.head, inner.path, inner.spans, inner.text) == (
        "i",
        ("n",),
        ((6, 7), (8, 9)),
        "i.n",
    )
    assert outer.spans == ((2, 3), (3, 11), (12, 13))


@pytest.mark.parametrize(
    ("written", "segment"),
    [
        ('["k"]', BadIndex('["k"]', ".k")),
        ("['k-l']", BadIndex("['k-l']", ".k-l")),
        ('["a b"]', BadIndex('["a b"]')),
        ('["a]b"]', BadIndex('["a]b"]')),
        ("[-1]", BadIndex("[-1]")),
        ("[*]", BadIndex("[*]")),
        ("[1:2]", BadIndex("[1:2]")),
        ("[k]", BadIndex("[k]")),
        ("[99999999999999999999]", BadIndex("[99999999999999999999]")),
        (".0", "0"),
    ],
)
def test_what_is_no_index_is_kept_with_its_right_form(
    written: str, segment: BadIndex | str
) -> None:
    """`.0`, `["k"]`, `[-1]` and their like are read, so that they can be mended."""
    assert ref(f"${{a{written}.x}}").path == (segment, "x")


def test_the_place_of_what_is_no_index_has_its_brackets() -> None:
    """Replacing the span of `["k"]` by its right form gives a right path."""
    text = '${a["k"].x}'
    path = ref(text)
    start, end = path.spans[1]
    segment = path.path[0]
    assert isinstance(segment, BadIndex)
    assert text[:start] + segment.form + text[end:] == "${a.k.x}"


def test_a_chain_holds_paths_and_literals() -> None:
    """Around `??` blanks may stand, and literals are texts, numbers, true, false and null."""
    found = only('${a.x ?? b??"n/a" ?? 1 ?? -2.5e1 ?? true ?? false ?? null}')
    literals = [item.value for item in found.alternatives if isinstance(item, Literal)]
    assert literals == ["n/a", 1, -25.0, True, False, None]
    assert [type(value) for value in literals[1:5]] == [int, float, bool, bool]


def test_a_text_literal_is_that_of_json() -> None:
    """Escapes are JSON's, and braces, bars and question marks in a text are text."""
    found = only('${a ?? "x}\\"??|\\n\\u00e9 é"}')
    assert found.alternatives[1] == Literal('x}"??|\né é')


def test_a_big_number_literal_stays_exact() -> None:
    """A whole number of any size keeps its digits."""
    assert only("${a ?? 123456789012345678901234567890}").alternatives[1] == Literal(
        123456789012345678901234567890
    )


def test_filters_follow_the_whole_chain() -> None:
    """`${a.b ?? c | json | int}` filters whatever the chain gave, in this order."""
    found = only("${a.b ?? c | json|int}")
    assert (len(found.alternatives), found.filters) == (2, ("json", "int"))


def test_text_and_templates_alternate() -> None:
    """The parts of a text come in its order, and none is empty."""
    template = parse("a${b}${c} d")
    assert [part if isinstance(part, str) else part.text for part in template.segments] == [
        "a", "${b}", "${c}", " d",
    ]  # fmt: skip


def test_only_exactly_one_template_is_whole() -> None:
    """`whole` is the expression of a text that is nothing else."""
    assert parse("${a}").whole == only("${a}")
    assert [parse(text).whole for text in ("${a} ", "${a}${b}", "a", "", "$${a}")] == [None] * 5


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("$${x}", "${x}"),
        ("a $${x} b", "a ${x} b"),
        ("$${x", "${x"),
        ("$${a b|c}", "${a b|c}"),
        ("$$$${x}", "$${x}"),
        ("$x $$ $(y) $", "$x $$ $(y) $"),
        ("{x} $ {x}", "{x} $ {x}"),
    ],
)
def test_a_doubled_dollar_is_no_template(text: str, plain: str) -> None:
    """`$${x}` is the text `${x}`, and a dollar without a brace is itself."""
    assert parse(text).segments == (plain,)


def test_of_three_dollars_two_are_one() -> None:
    """`$$${x}` is a dollar and the value of x."""
    dollar, found = parse("$$${x}").segments
    assert dollar == "$"
    assert isinstance(found, Expression) and (found.start, found.text) == (2, "${x}")


@pytest.mark.parametrize(
    ("text", "kind", "position"),
    [
        ("${", "unclosed", 2),
        ("ab ${a", "unclosed", 6),
        ("${a.", "unclosed", 4),
        ("${a[", "unclosed", 4),
        ("${a ??", "unclosed", 6),
        ("${}", "empty", 0),
        ("${ a}", "space", 2),
        ("${a }", "space", 3),
        ("${\na}", "space", 2),
        ("${a b}", "path", 3),
        ("${a .b}", "path", 3),
        ("${a. b}", "path", 4),
        ("${a+b}", "path", 3),
        ("${a..b}", "path", 4),
        ("${a.}", "path", 4),
        ("${a[]}", "path", 4),
        ("${a[0}", "path", 4),
        ("${HOME:-x}", "path", 6),
        ("${.a}", "name", 2),
        ("${#a}", "name", 2),
        ("${1a}", "name", 2),
        ("${0.x}", "name", 2),
        ("${-}", "name", 2),
        ("${1}", "literal", 0),
        ('${"a"}', "literal", 0),
        ("${null}", "literal", 0),
        ("${a ?? 'b'}", "literal", 7),
        ('${a ?? "b}', "literal", 7),
        ('${a ?? "\\x"}', "literal", 7),
        ('${a ?? "\\ud800"}', "literal", 7),
        ("${a ?? 1e999}", "literal", 7),
        ("${a ?? " + "9" * 5000 + "}", "literal", 7),
        ("${a | nope}", "filter", 6),
        ("${a | }", "filter", 6),
        ("${a | json ?? b}", "filter", 10),
        ("${l[${i ?? 0}]}", "nested", 7),
        ("${l[${i}}", "nested", 7),
        ("${l[${i | int}]}", "nested", 7),
        ("${{x}}", "dialect", 2),
        ("ok ${a} then ${b", "unclosed", 16),
    ],
)
def test_what_cannot_be_read_says_where_and_what_is_right(
    text: str, kind: str, position: int
) -> None:
    """An error has a kind, the exact place, a message with the template, and a hint."""
    found = error(text)
    assert (found.kind, found.position) == (kind, position)
    assert "${" in found.message and found.hint


def test_a_misspelt_filter_names_the_nearest() -> None:
    """An unknown filter's hint is the nearest one, or all there are."""
    assert error("${a | jsn}").hint == "did you mean `json`?"
    assert "tojson" in error("${a | qqqq}").hint


def test_nesting_has_an_end() -> None:
    """Indexes may be nested as deep as the language's limit, and no deeper."""
    assert ref("${a[" * 60 + "${a}" + "]}" * 60).head == "a"
    assert error("${a[" * 100_000).kind == "nested"


def test_an_error_survives_pickling() -> None:
    """An error comes out of another process as it was."""
    found = pickle.loads(pickle.dumps(error("${a")))
    assert (found.message, found.position, found.hint, found.kind) == (
        error("${a").message, 3, error("${a").hint, "unclosed",
    )  # fmt: skip


PIECES = st.sampled_from(
    ["$", "{", "}", "${", "$${", "[", "]", "[0]", ".", "..", "a", "b-c", "0", "-1", " ", "\n", "??",
     " ?? ", "|", " | ", "json", "raw", '"', '"x"', "\\", "'", "null", "1e9", "é", "\x00", "\ud800"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=25).map("".join))


@given(TEXTS)
@example("${a[${b[${c}]}]}")
@settings(max_examples=600, deadline=None)
def test_the_scanner_raises_nothing_but_its_own_error(text: str) -> None:
    """Any text is either read or refused with a TemplateError at a place inside it."""
    try:
        template = parse(text)
    except TemplateError as found:
        assert 0 <= found.position <= len(text)
        assert found.message and found.hint
    else:
        assert isinstance(template, Template)


@given(TEXTS)
@settings(max_examples=600, deadline=None)
def test_places_are_exact(text: str) -> None:
    """Every expression, path and segment stands in the text where its span says."""
    try:
        template = parse(text)
    except TemplateError:
        return
    for expression in template.expressions:
        assert text[expression.start : expression.end] == expression.text
        for path, _ in references(Template(text, (expression,))):
            assert text[path.start : path.end] == path.text
            assert text[slice(*path.spans[0])] == path.head
            for segment, span in zip(path.path, path.spans[1:], strict=True):
                assert text[slice(*span)] == _written(segment)


def _written(segment: str | int | Ref | BadIndex) -> str:
    if isinstance(segment, str):
        return segment
    if isinstance(segment, BadIndex):
        return segment.text
    return f"[{segment}]" if isinstance(segment, int) else f"[${{{segment.text}}}]"


@given(st.text(alphabet="ab$ {}.", max_size=30))
def test_escaped_text_comes_back(text: str) -> None:
    """A text whose dollars before braces are doubled is read as itself."""
    escaped = "".join(
        char * 2 if char == "$" and text[index:].lstrip("$").startswith("{") else char
        for index, char in enumerate(text)
    )
    assert "".join(map(str, parse(escaped).segments)) == text


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "$" * n,
        lambda n: "${" * n,
        lambda n: "$${" * n,
        lambda n: "${a" + ".a" * n,
        lambda n: "${a" + "[0]" * n,
        lambda n: "${a" + " ?? a" * n,
        lambda n: '${a ?? "' + '\\"' * n,
        lambda n: "${a" + " " * n,
        lambda n: "${a}" * n,
        lambda n: "${a[" + "x" * n,
        lambda n: "${" + "9" * n,
    ],
)
def test_reading_takes_steps_in_proportion_to_the_text(make: Callable[[int], str]) -> None:
    """Ten times the text takes at most about ten times the steps of the scanner."""
    assert _steps(make(3000)) <= 10 * _steps(make(300)) + 200


def _steps(text: str) -> int:
    """Count the function calls that reading a text makes."""
    count = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        parse(text)
    except TemplateError:
        count += 1
    finally:
        sys.setprofile(before)
    return count


def test_walk_gives_every_text_with_a_template_and_its_place() -> None:
    """Dict values and list items are walked at every depth, keys are not."""
    value = {"a": "${x}", "${k}": ["no", {"b": "t ${y}"}], "c": 1, "d": "$${z}", "e": ("${w}",)}
    found = [(slot, template.text) for slot, template in walk(value, ("p",)) if
             isinstance(template, Template)]  # fmt: skip
    assert found == [
        (("p", "a"), "${x}"),
        (("p", "${k}", 1, "b"), "t ${y}"),
        (("p", "e", 0), "${w}"),
    ]


def test_walk_gives_errors_as_values() -> None:
    """A text that cannot be read comes as its error, and the others still come."""
    found = list(walk({"a": "${", "b": "${x}"}))
    assert [(slot, type(item)) for slot, item in found] == [
        (("a",), TemplateError),
        (("b",), Template),
    ]


def test_heads_say_which_are_needed() -> None:
    """A head is needed unless each of its uses stands in a `??` chain."""
    value = ["${a.x} ${b ?? c.y}", {"d": "${b ?? 1}", "e": "${l[${i}]}", "f": "${"}, "${a ?? 0}"]
    assert heads(value) == {"a": True, "b": False, "c": False, "l": True, "i": True}


def test_a_nested_index_of_a_chain_is_not_needed() -> None:
    """`${l[${i}] ?? 0}` has a way out for `i` too."""
    assert heads("${l[${i}] ?? 0}") == {"l": False, "i": False}


def test_an_outputs_source_needs_no_braces() -> None:
    """`source: a.b` means `${a.b}`."""
    assert source_template("a.b ?? 1") == "${a.b ?? 1}"
    assert source_template("x ${a}") == "x ${a}"
