"""Any text, any template, any patch: an answer in no time, or a sentence, never a crash."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from answering import often

from wfrepair_magic import Workflow, WorkflowError
from wfrepair_magic.ir import templates
from wfrepair_magic.ir.patch import Insert, Patch, Remove, RenameKey, SetValue
from wfrepair_magic.ir.templates import TemplateError

EACH = often(5_000, 500_000) // 3
SECONDS = 0.2
"""Seconds of the processor's time within which every single input must be answered."""
MEGABYTES = 100
"""How much more memory the process may have used in the end than at the beginning."""

SEEDS = (
    """\
name: digest   # why
inputs:
  channel: {type: string, default: "general"}
  token: {type: string, secret: true, env: CHAT_TOKEN}
nodes:
  - id: fetch
    type: http
    params: {url: "https://chat.example/${channel}", headers: {A: 'Bearer ${token}'}}
    retry: {attempts: 3}
  - id: build
    type: shell
    params:
      command: |
        for x in a b; do
          echo "$x ${fetch.response.items[0].name ?? "none"}" | grep -v '${channel | sh}'
        done
  - {id: send, type: value, after: [build], params: {x: "${build.stdout | json}", y: 1e3}}
edges:
  - {from: fetch, to: build, action: default}
outputs:
  all: {source: "${send.x}"}
""",
    """\
{
  "ir_version": "0.1.0",
  "nodes": [
    {"id": "a", "type": "value", "params": {"x": [1, 2.5, null, true, "\\u00e9 ${b.y[0].z}"]}},
    {"id": "b", "type": "shell", "params": {"command": "echo ${a.x[1]} <<E\\n${a.x}\\nE\\n"}}
  ],
  "edges": [{"from": "b", "to": "a", "action": "error"}],
  "outputs": {"o": {"source": "a.x"}}
}
""",
)
SCRAPS = (
    "${", "}", "$${", "??", "|", "${a.b}", '"', "'", "\\", "\n", "\r\n", "\t", " ", "  ", "- ",
    ": ", ":", "#", "{", "[", "]", ",", "&a", "*a", "!!str", "<<: *a", "|", ">", "|2-", "---",
    "...", "%YAML 1.1", "\0", "\ufeff", "\u2028", "\U0001f600", "\ud800", "é", "0x1F", "1_000",
    "null", "~", "yes", ".inf", "NaN", "1e999", "${a[999999999999999999]}", "${${a}}", "x" * 300,
    "[" * 70, "{a: " * 70, "${a.", "$(", "`", "<<E", "$((", "nodes:", "id", "type", "params",
)  # fmt: skip


def mutated(text: str, chance: random.Random) -> str:
    """Change a text in a few places: insert, delete, repeat, swap pieces and lines."""
    for _ in range(chance.randint(1, 6)):
        start = chance.randint(0, len(text))
        end = min(len(text), start + chance.choice((0, 1, 2, 5, 20, 100)))
        match chance.randint(0, 4):
            case 0:
                text = text[:start] + chance.choice(SCRAPS) + text[start:]
            case 1:
                text = text[:start] + text[end:]
            case 2:
                text = text[:end] + text[start:end] * chance.randint(1, 5) + text[end:]
            case 3:
                text = text[:start] + chance.choice(SCRAPS) + text[end:]
            case 4:
                lines = text.splitlines(keepends=True)
                chance.shuffle(lines)
                text = "".join(lines) if chance.random() < 0.1 else text
    return text


def bounded(act: Callable[[], object], text: str) -> None:
    """Do what must be done in its time; a slow answer counts only if it is slow again."""
    for last in (False, True):
        begin = time.process_time()
        act()
        if time.process_time() - begin < SECONDS:
            return
        assert not last, f"slow for {text!r}"


@pytest.fixture(autouse=True)
def memory() -> Iterator[None]:
    """See to it that a test leaves the process no more than 100 MB larger."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < MEGABYTES


def test_any_text_is_read_or_refused() -> None:
    """A mutilated workflow gives problems, or a WorkflowError that says where."""
    chance = random.Random(2_026)
    read = 0

    def check(text: str) -> None:
        nonlocal read
        try:
            workflow = Workflow.parse(text)
        except WorkflowError as error:
            assert str(error)
            return
        read += 1
        for problem in workflow.problems():
            assert problem.line is None or problem.line >= 1

    for _ in range(EACH):
        text = mutated(chance.choice(SEEDS), chance)
        bounded(partial(check, text), text)
    assert EACH // 20 < read < EACH, "the texts are not mixed enough"


def test_any_template_is_parsed_or_refused() -> None:
    """A string of scraps is a template, or a TemplateError with a position inside it."""
    chance = random.Random(2_027)

    def check(text: str) -> None:
        try:
            found = templates.parse(text)
        except TemplateError as error:
            assert 0 <= error.position <= len(text)
            return
        assert found.text == text
        templates.resolve(text, {"a": {"b": [1, {"c": "x"}]}, "x": 1})

    for _ in range(EACH):
        text = "".join(chance.choice(SCRAPS) for _ in range(chance.randint(1, 40)))
        bounded(partial(check, text), text)


def test_any_patch_is_applied_or_refused() -> None:
    """A random patch gives the text that says what it says, or a WorkflowError; never another."""
    chance = random.Random(2_028)
    workflows = [Workflow.parse(text) for text in SEEDS]
    values = (1, "x", "a: b", None, True, [1, {"k": "v"}], {"k": ["v"]}, "two\nlines\n", "")
    applied = 0

    def slots(value: object, slot: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
        inner: list[tuple[str | int, ...]] = [slot] if slot else []
        pairs = (
            value.items() if isinstance(value, dict)
            else enumerate(value) if isinstance(value, list) else ()
        )  # fmt: skip
        return inner + [one for key, item in pairs for one in slots(item, (*slot, key))]

    def check(workflow: Workflow, patch: Patch) -> None:
        nonlocal applied
        try:
            after = patch.apply(workflow)
        except WorkflowError as error:
            assert str(error)
            return
        applied += 1
        assert patch.inverse(workflow).apply(after).text == workflow.text

    for _ in range(EACH):
        workflow = chance.choice(workflows)
        slot = chance.choice(slots(workflow.data))
        slot = chance.choice(
            (slot, (*slot, "new"), (*slot[:-1], chance.choice((0, 5, "id", "zz"))))
        )
        edit = chance.choice(
            (
                SetValue(slot, chance.choice(values)),
                RenameKey(slot, chance.choice(("new", "id", "a: b", ""))),
                Remove(slot),
                Insert(slot, chance.choice(values)),
            )
        )
        bounded(partial(check, workflow, Patch((edit,))), repr(edit))
    assert applied > EACH // 5
