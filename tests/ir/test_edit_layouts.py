"""Random workflows in many layouts, with random edits: only what is meant may change."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.ir.codec import read
from wfrepair_magic.ir.edits import Edit, Insert, Remove, RenameKey, SetValue, changed, same
from wfrepair_magic.ir.layout import indicator, line_end
from wfrepair_magic.ir.patch import Patch
from wfrepair_magic.ir.rewrite import edit_text
from wfrepair_magic.ir.source import Source
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Slot

KEYS = ["id", "type", "url", "on", "a b", "x-y", "é", "true", "404", "it's", 'q"', "k: v", "😀", ""]
WORDS = ["fetch", "GET", "${fetch.body.userName}", "a b  c", "it's", 'say "hi"', "a: b", "x # y",
         "yes", "true", "null", "~", "", " lead", "trail ", "12", "1e3", "0x1F", "-", "- a", "[a]",
         "{a}", "*", "&a", "!t", "@", "%", "émoji 😀", "tab\there", "nbsp\u00a0", "\u2028", "\x85",
         "back\\slash", "https://x.example/api/${channel}?a=1,b=2#c", "one two three four five",
         "\ufeff", "C:\\dir", "'", '"', "#", "---", "...", "<<", "2026-11-21", "1:30"]  # fmt: skip
BLOCKS = ["a\nb\n", "a\nb", "echo ${x.y}\n\n  ls\n", "if x:\n  y\n\n\n", "\n", "a\n ", " a\nb",
          "one two three\nfour\n\nfive six\n", "# no comment\nx\n", "tab\tin\nit\n"]  # fmt: skip
NUMBERS = [0, 1, -5, 10**20, 1.5, -0.0, 1e300, True, False, None]

scalars = st.sampled_from([*WORDS, *BLOCKS, *NUMBERS])
lines_of_one = st.sampled_from([*WORDS, *NUMBERS])
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    ),
    max_leaves=12,
)
workflows = st.builds(
    lambda nodes, top: {"nodes": nodes, **top},
    st.lists(st.dictionaries(st.sampled_from(KEYS), trees, min_size=1, max_size=4), max_size=3),
    st.dictionaries(st.sampled_from(KEYS), trees, max_size=3),
)
randoms = st.randoms(use_true_random=False, note_method_calls=False)


class Pen:
    """Writes a tree by hand: every value in a style of its own, with comments between."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.line_break = chance.choice(["\n", "\n", "\r\n"])
        self.step = chance.choice([1, 2, 2, 4])
        self.comments = chance.random() < 0.6
        self.bare_lists = chance.random() < 0.5
        self.open_end = False  # the last line is one of a `|` text, and needs its line break

    def yaml(self, tree: dict[str, Any]) -> str:
        """Write the tree as YAML."""
        lines = ["# the first line"] if self.comments else []
        lines += ["---"] if self.chance.random() < 0.1 else []
        lines += self._block(tree, 0)
        ended = "" if self.chance.random() < 0.3 and not self.open_end else self.line_break
        mark = "\ufeff" if self.chance.random() < 0.1 else ""
        return mark + self.line_break.join(lines) + ended

    def json(self, tree: dict[str, Any]) -> str:
        """Write the tree as JSON."""
        form: dict[str, Any] = self.chance.choice(
            [{}, {"indent": 2}, {"indent": 4}, {"separators": (",", ":")}, {"indent": "\t"}]
        )
        text = json.dumps(tree, ensure_ascii=self.chance.random() < 0.3, **form)
        return text.replace("\n", self.line_break) + self.chance.choice(["", self.line_break])

    def _block(self, data: Any, margin: int) -> list[str]:
        """Write a container that is not empty as lines."""
        lines: list[str] = []
        for key, value in data.items() if isinstance(data, dict) else enumerate(data):
            lines += self._gap(margin)
            head = f"{self._key(key)}:" if isinstance(data, dict) else "-"
            lines += self._entry(head, value, margin)
        return lines

    def _entry(self, head: str, value: Any, margin: int) -> list[str]:
        pad, deeper = " " * margin, margin + self.step
        if not (isinstance(value, (dict, list)) and value) or self.chance.random() < 0.3:
            return self._ending(pad + head, value, margin)
        if head == "-" and self.chance.random() < 0.8:
            first, *rest = self._without_comments(lambda: self._block(value, margin + 2))
            return [f"{pad}- {first[margin + 2 :]}", *rest]
        if isinstance(value, list) and head != "-" and self.bare_lists:
            deeper = margin
        return [f"{pad}{head}{self._comment()}", *self._block(value, deeper)]

    def _ending(self, head: str, value: Any, margin: int) -> list[str]:
        """Write a value behind its key or dash, and what of it stands on lines below."""
        blank = " " * self.chance.choice([1, 1, 1, 3])
        several = self._several(value, " " * (margin + self.step))
        self.open_end = several is not None and several[0].startswith("|")
        if several is not None:
            return [head + blank + several[0], *several[1:]]
        written = self._inline(value, False)
        return [f"{head}{blank if written else ''}{written}{self._comment()}"]

    def _without_comments(self, write: Callable[[], list[str]]) -> list[str]:
        comments, self.comments = self.comments, False
        lines = write()
        self.comments = comments
        return lines

    def _several(self, value: Any, pad: str) -> list[str] | None:
        """Write text on several lines: a `|` or `>` block, or words folded."""
        if not isinstance(value, str) or self.chance.random() < 0.2:
            return None
        if re.fullmatch(r"[a-z]+( [a-z]+)+", value) and self.chance.random() < 0.6:
            if self.chance.random() < 0.5:
                return [">-" + self._comment(), *(pad + word for word in value.split(" "))]
            quote = self.chance.choice(["", "'", '"'])
            first, *rest = (quote + value + quote).split(" ")
            return [first, *(pad + word for word in rest)]
        body = value.rstrip("\n")
        if "\n" not in value or not re.fullmatch(r"[!-~][ -~\n\t]*", body):
            return None
        if re.search(r"(?m)^[ \t]+$", body):
            return None
        ends = len(value) - len(body)
        sign = {0: "-", 1: ""}.get(ends, "+")
        lines = [pad + line if line else "" for line in body.split("\n")]
        return [f"|{sign}{self._comment()}", *lines, *[""] * (ends - 1)]

    def _inline(self, value: Any, inside: bool) -> str:
        if isinstance(value, dict):
            pairs = [f"{self._key(key)}: {self._inline(item, True)}" for key, item in value.items()]
            return "{" + ", ".join(pairs) + "}"
        if isinstance(value, list):
            pad = self.chance.choice(["", " "]) if value else ""
            return f"[{pad}{', '.join(self._inline(item, True) for item in value)}{pad}]"
        if value is None:
            return self.chance.choice(["null", "~", *([""] if not inside else [])])
        if not isinstance(value, str):
            return json.dumps(value)
        if re.fullmatch(r"[a-zA-Z$][\w./-]*( [a-z]+)*", value) and value not in ("true", "null"):
            return self.chance.choice([value, value, f"'{value}'", f'"{value}"'])
        if value.isprintable() and self.chance.random() < 0.5:
            return "'" + value.replace("'", "''") + "'"
        return _double(value)

    def _key(self, key: str) -> str:
        plain = re.fullmatch(r"[a-z0-9]+(-[a-z]+)?|é|😀", key) is not None
        styles = [key, key] if plain else []
        return str(self.chance.choice([*styles, "'" + key.replace("'", "''") + "'", _double(key)]))

    def _comment(self) -> str:
        return "  # why" if self.comments and self.chance.random() < 0.3 else ""

    def _gap(self, margin: int) -> list[str]:
        if not self.comments or self.chance.random() > 0.3:
            return []
        blank = [] if self.open_end else [""]  # a `|+` text would take it for its own
        return [self.chance.choice([" " * margin + "# a note", "# at the edge: - x", *blank])]


def _double(text: str) -> str:
    special = {'"': '\\"', "\\": "\\\\", "\t": "\\t", "\n": "\\n"}
    hidden = {"\x85": "\\N", "\u2028": "\\L", "\u00a0": "\\_", "\ufeff": "\\uFEFF"}
    return '"' + "".join({**special, **hidden}.get(char, char) for char in text) + '"'


def written(tree: dict[str, Any], chance: random.Random) -> Source:
    """Write a tree in some layout, and read it."""
    pen = Pen(chance)
    text = pen.json(tree) if chance.random() < 0.25 else pen.yaml(tree)
    source = read(text)
    assert same(source.data, tree)
    return source


def value_of(source: Source, slot: Slot) -> Any:
    """Give what the source holds at a slot."""
    value = source.data
    for part in slot:
        value = value[part]
    return value


def leaves(source: Source) -> list[Slot]:
    """Give the slots of all values that hold no others."""
    return [slot for slot in source.marks if not isinstance(value_of(source, slot), (dict, list))]


def some_edit(source: Source, chance: random.Random, new: Any, name: str) -> Edit:
    """Choose an edit that fits the data."""
    slot = chance.choice(list(source.marks))
    value = value_of(source, slot)
    edits: list[Edit] = [SetValue(slot, new, value)]
    if isinstance(value, list):
        edits.append(Insert((*slot, chance.randint(0, len(value))), new))
    if isinstance(value, dict) and name not in value:
        edits.append(Insert((*slot, name), new))
    if slot:
        edits.append(Remove(slot))
    if slot and isinstance(slot[-1], str) and name not in value_of(source, slot[:-1]):
        edits.append(RenameKey(slot, name))
    return chance.choice(edits)


def notes(text: str) -> int:
    """Count the comments that the pen wrote."""
    return len(re.findall("# (?:a note|why|at the edge: - x|the first line)", text))


@settings(max_examples=150, deadline=None)
@given(tree=workflows, chance=randoms, new=lines_of_one)
def test_one_value_changes_one_line(tree: dict[str, Any], chance: random.Random, new: Any) -> None:
    """Another value on one line changes that line only, and nothing of it outside the value."""
    source = written(tree, chance)
    for slot in chance.sample(leaves(source), min(3, len(leaves(source)))):
        mark, edit = source.marks[slot], SetValue(slot, new)
        text = edit_text(source, [edit])
        assert same(read(text).data, changed(source.data, edit))
        span = source.text[mark.start : mark.end]
        if "\n" not in span:
            assert text.startswith(source.text[: mark.start])
            assert text.endswith(source.text[mark.end :])
            assert text.count("\n") == source.text.count("\n")


@settings(max_examples=150, deadline=None)
@given(tree=workflows, chance=randoms, new=trees, name=st.sampled_from([*KEYS, "new", "n: w"]))
def test_any_edit_means_what_it_says(
    tree: dict[str, Any], chance: random.Random, new: Any, name: str
) -> None:
    """Every edit that fits the data can be written, is read back as meant, and can be undone."""
    workflow = Workflow.parse(written(tree, chance).text)
    assert workflow.source is not None
    edit = some_edit(workflow.source, chance, new, name)
    wanted = changed(workflow.data, edit)
    if not isinstance(wanted, dict) or "nodes" not in wanted:
        return
    patch = Patch((edit,))
    after = patch.apply(workflow)
    assert same(after.data, wanted)
    assert patch.inverse(workflow).apply(after).text == workflow.text


@settings(max_examples=150, deadline=None)
@given(tree=workflows, chance=randoms, new=trees, name=st.sampled_from([*KEYS, "new", "n: w"]))
def test_comments_elsewhere_stay(
    tree: dict[str, Any], chance: random.Random, new: Any, name: str
) -> None:
    """An edit takes no comment away but those within the lines of what it takes away."""
    source = written(tree, chance)
    edit = some_edit(source, chance, new, name)
    own = 0
    if isinstance(edit, (Remove, SetValue)) and source.marks[edit.slot].style == "block":
        mark = source.marks[edit.slot]
        own = notes(source.text[: line_end(source.text, mark.end)][mark.key_end or mark.start :])
    if isinstance(edit, Remove):
        mark = source.marks[edit.slot]
        start = indicator(source, edit.slot)
        own = notes(source.text[start : line_end(source.text, mark.end)])
    assert notes(edit_text(source, [edit])) >= notes(source.text) - own


@settings(max_examples=100, deadline=None)
@given(tree=workflows, chance=randoms, new=lines_of_one)
def test_edits_at_once_are_edits_one_by_one(
    tree: dict[str, Any], chance: random.Random, new: Any
) -> None:
    """Other values at several places give the text that one edit after the other gives."""
    source = written(tree, chance)
    places = leaves(source)
    edits = [SetValue(slot, new) for slot in chance.sample(places, min(4, len(places)))]
    one_by_one = source
    for edit in edits:
        one_by_one = read(edit_text(one_by_one, [edit]))
    assert edit_text(source, edits) == one_by_one.text


@settings(max_examples=60, deadline=None)
@given(tree=workflows, chance=randoms, word=st.sampled_from(["new", "it's", 'a "b"', "😀", "x.y"]))
def test_a_piece_of_a_text_changes_alone(
    tree: dict[str, Any], chance: random.Random, word: str
) -> None:
    """Where one word of a text changes, its other lines keep every byte."""
    source = written({**tree, "text": "run the first\nthen ${a.b} it\nand end\n"}, chance)
    new = source.data["text"].replace("a.b", word)
    text = edit_text(source, [SetValue(("text",), new)])
    before, after = source.text.split("\n"), text.split("\n")
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
