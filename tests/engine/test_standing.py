"""A reused file node looks whether what it did is still there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import Run, run


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the folder that the workflows work in."""
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def go(text: str, store: Path, **options: Any) -> Run:
    """Run a text in the session that all of a test's runs share."""
    return run(text, name="w", store=store, **options)


def states(done: Run) -> dict[str, str]:
    """Give each node's state."""
    return {id: ran.state for id, ran in done.nodes.items()}


def foreseen(done: Run) -> Mapping[str, str]:
    """Give what a next run would do."""
    return done.preview().verdicts


WRITES = """\
nodes:
  - {id: w, type: write-file, params: {path: a.txt, content: "${word}"}}
  - {id: size, type: value, params: {n: "${w.bytes}"}}
inputs: {word: {default: hello}}
"""


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_file_that_is_not_what_was_written_is_written_again(
    store: Path, project: Path, how: str
) -> None:
    """The preview says so, the run does it once, and what follows is reused."""
    first = go(WRITES, store)
    assert foreseen(first) == {"w": "reused", "size": "reused"}
    assert states(go(WRITES, store)) == {"w": "reused", "size": "reused"}
    if how == "gone":
        (project / "a.txt").unlink()
    else:
        (project / "a.txt").write_text("other")
    assert foreseen(first)["w"] == "would send again"
    assert first.preview().changed == {"w": ()}
    assert states(go(WRITES, store)) == {"w": "done", "size": "reused"}
    assert (project / "a.txt").read_text() == "hello"
    assert states(go(WRITES, store)) == {"w": "reused", "size": "reused"}


def test_looking_ahead_changes_nothing(store: Path, project: Path) -> None:
    """A preview of what would be written again leaves file and receipt as they are."""
    first = go(WRITES, store)
    (project / "a.txt").unlink()
    assert foreseen(first) == foreseen(first)
    assert not (project / "a.txt").exists()
    (project / "a.txt").write_text("hello")
    assert foreseen(first)["w"] == "reused"


def test_a_renamed_node_looks_too(store: Path, project: Path) -> None:
    """The receipt of a node that was renamed is held against the file as well."""
    go(WRITES, store)
    renamed = WRITES.replace("id: w", "id: v").replace("w.bytes", "v.bytes")
    assert states(go(renamed, store))["v"] == "reused"
    (project / "a.txt").unlink()
    assert states(go(renamed.replace("id: v", "id: u").replace("v.bytes", "u.bytes"), store)) == {
        "u": "done", "size": "reused",
    }  # fmt: skip


@pytest.mark.parametrize("effect", ["read", "pure"])
def test_a_write_that_is_declared_harmless_looks_too(
    store: Path, project: Path, effect: str
) -> None:
    """Whatever effect its author declares, the file is there in the end."""
    text = WRITES.replace("type: write-file", f"type: write-file, effect: {effect}")
    go(text, store)
    (project / "a.txt").unlink()
    assert states(go(text, store))["w"] == "done"
    assert states(go(text, store))["w"] == "reused"
    assert (project / "a.txt").read_text() == "hello"


def test_a_write_again_that_fails_is_a_failure(store: Path, project: Path) -> None:
    """A target that cannot be written any more fails the node; mended, the next run does it."""
    go(WRITES, store)
    (project / "a.txt").unlink()
    (project / "a.txt").mkdir()
    broken = go(WRITES, store)
    assert (broken.state, broken.failures[0].node) == ("FAILED", "w")
    (project / "a.txt").rmdir()
    assert states(go(WRITES, store))["w"] == "done"


def test_a_copy_follows_its_source(store: Path, project: Path) -> None:
    """A copy is made again when it is gone or the source has changed; not when that is gone."""
    text = "nodes: [{id: c, type: copy-file, params: {path: a, to: b, overwrite: true}}]"
    (project / "a").write_text("1")
    first = go(text, store)
    assert states(go(text, store)) == {"c": "reused"}
    (project / "a").write_text("2")
    assert foreseen(first) == {"c": "would send again"}
    assert states(go(text, store)) == {"c": "done"}
    assert (project / "b").read_text() == "2"
    (project / "b").unlink()
    assert states(go(text, store)) == {"c": "done"}
    for name in ("a", "b"):
        (project / name).unlink()
        assert states(go(text, store)) == {"c": "reused"}


def test_a_move_and_a_deletion_are_done_again_when_there_is_a_file_again(
    store: Path, project: Path
) -> None:
    """What lies there anew is moved and deleted; with nothing there, both are done."""
    text = """\
nodes:
  - {id: m, type: move-file, params: {path: in, to: out, overwrite: true}}
  - {id: d, type: delete-file, params: {path: old}}
"""
    for number in ("1", "2"):
        (project / "in").write_text(number)
        (project / "old").write_text(number)
        assert states(go(text, store)) == {"m": "done", "d": "done"}
        assert states(go(text, store)) == {"m": "reused", "d": "reused"}
        assert (project / "out").read_text() == number
    (project / "out").unlink()
    assert states(go(text, store)) == {"m": "reused", "d": "reused"}


CHAIN = """\
nodes:
  - {id: w, type: write-file, params: {path: tmp.txt, content: hi}}
  - {id: m, type: move-file, params: {path: "${w.path}", to: out/}}
  - {id: add, type: write-file, params: {path: "${m.path}", content: "!", append: true}}
  - {id: c, type: copy-file, params: {path: "${add.path}", to: copy.txt}}
  - {id: d, type: delete-file, params: {path: "${m.path}"}, after: [c]}
  - {id: v, type: value, params: {body: {user_name: ada}}}
  - {id: x, type: value, after: [d], params: {n: "${v.body.userName}"}}
"""
EFFECTS = ("w", "m", "add", "c", "d")


def test_what_later_nodes_did_to_a_file_takes_nothing_from_earlier_ones(
    store: Path, project: Path
) -> None:
    """A file that was moved, added to and deleted on purpose is not made again by a repair."""
    done = go(CHAIN, store, repair="safe")
    assert (done.state, [fix.code for fix in done.applied]) == ("SUCCESS", ["TPL02"])
    assert {id: done.nodes[id].attempts for id in EFFECTS} == dict.fromkeys(EFFECTS, 1)
    again = go(done.repaired_text, store)
    assert set(states(again).values()) == {"reused"}
    assert set(foreseen(again).values()) == {"reused"}
    assert (project / "copy.txt").read_text() == "hi!"
    assert not (project / "out/tmp.txt").exists()


def test_a_chain_whose_end_is_gone_is_done_again(store: Path, project: Path) -> None:
    """Where the moved file has vanished, it is written and moved again, as foreseen."""
    text = CHAIN.partition("  - {id: add")[0]
    first = go(text, store)
    assert states(go(text, store)) == {"w": "reused", "m": "reused"}
    (project / "out/tmp.txt").unlink()
    assert foreseen(first) == {"w": "would send again", "m": "would send again"}
    assert states(go(text, store)) == {"w": "done", "m": "done"}
    assert (project / "out/tmp.txt").read_text() == "hi"
    assert not (project / "tmp.txt").exists()


def test_a_later_node_that_was_edited_accounts_for_nothing(store: Path, project: Path) -> None:
    """If the deletion now means another file, the one that it deleted is written again."""
    text = """\
nodes:
  - {id: w, type: write-file, params: {path: a, content: hi}}
  - {id: d, type: delete-file, after: [w], params: {path: a, missing_ok: true}}
"""
    go(text, store)
    assert states(go(text, store)) == {"w": "reused", "d": "reused"}
    assert states(go(text.replace("{path: a, m", "{path: b, m"), store))["w"] == "done"
    assert (project / "a").read_text() == "hi"


def test_two_writers_of_one_file_leave_what_a_first_run_leaves(store: Path, project: Path) -> None:
    """The first writer's content is overwritten on purpose; only the last one's is missed."""
    text = """\
nodes:
  - {id: one, type: write-file, params: {path: a, content: begun}}
  - {id: two, type: write-file, after: [one], params: {path: a, content: done}}
"""
    go(text, store)
    assert states(go(text, store)) == {"one": "reused", "two": "reused"}
    (project / "a").unlink()
    go(text, store)
    assert (project / "a").read_text() == "done"


def test_a_fix_that_would_overwrite_a_file_again_is_asked_about(store: Path, project: Path) -> None:
    """What somebody changed by hand is not overwritten by a repair that nobody asked for."""
    text = """\
nodes:
  - {id: w, type: write-file, params: {path: a, content: hi}}
  - {id: edit, type: shell, after: [w], params: {command: echo more >> a}}
  - {id: v, type: value, params: {body: {user_name: ada}}}
  - {id: x, type: value, after: [edit], params: {n: "${v.body.userName}"}}
"""
    done = go(text, store, repair="safe")
    assert (done.state, done.applied) == ("FAILED", ())
    assert done.fixes[0].level == "ASK"
    assert done.fixes[0].preview["w"] == "would send again"
    assert (project / "a").read_text() == "himore\n"


def test_a_secret_path_is_looked_at(store: Path, project: Path) -> None:
    """A path that holds a secret is revealed for the look, and for nothing else."""
    text = """\
inputs: {name: {secret: true}}
nodes: [{id: w, type: write-file, params: {path: "${name}.txt", content: x}}]
"""
    for state in ("done", "reused"):
        assert states(go(text, store, inputs={"name": "hush-0451"})) == {"w": state}
    (project / "hush-0451.txt").unlink()
    assert states(go(text, store, inputs={"name": "hush-0451"})) == {"w": "done"}


# --- what a node has read, and a later node has changed ------------------------------------------

SENDS = "{id: send, type: shell, params: {command: 'echo sent ${load.content} >> log; echo ok'}}"
LATER = {
    "moved": "{id: later, type: move-file, after: [send], params: {path: in.txt, to: done.txt}}",
    "deleted": "{id: later, type: delete-file, after: [send], params: {path: in.txt}}",
    "overwritten": (
        "{id: later, type: write-file, params: {path: in.txt, content: 'after ${send.stdout}'}}"
    ),
    "added to": (
        "{id: later, type: write-file, after: [send],"
        " params: {path: in.txt, content: more, append: true}}"
    ),
    "copied over": (
        "{id: later, type: copy-file, after: [send],"
        " params: {path: other.txt, to: in.txt, overwrite: true}}"
    ),
}
READS = {
    "read-file": "{id: load, type: read-file, params: {path: in.txt}}",
    "reads": "{id: load, type: value, effect: read, reads: [in.txt], params: {content: 7}}",
    "a pattern": "{id: load, type: value, effect: read, reads: ['i*.txt'], params: {content: 7}}",
    "an effect": (
        "{id: load, type: shell, reads: [in.txt], params: {command: 'echo load >> log'}}"
    ),
}
ENDS = "{id: end, type: shell, after: [later], params: {command: test -e ok}}"


def read_and_change(read: str, later: str) -> str:
    """Write a workflow that reads a file, sends, changes the file, and ends with a failure."""
    sends = SENDS.replace(".content", ".stdout") if read == "an effect" else SENDS
    nodes = (READS[read], sends, LATER[later], ENDS)
    return "nodes:\n" + "".join(f"  - {node}\n" for node in nodes)


@pytest.mark.parametrize("later", LATER)
@pytest.mark.parametrize("read", READS)
def test_what_a_later_node_did_to_a_file_is_nothing_new_to_its_reader(
    store: Path, project: Path, read: str, later: str
) -> None:
    """Read, send, change the file, fail; then it goes on at the failure and sends nothing."""
    (project / "in.txt").write_text("7")
    (project / "other.txt").write_text("8")
    text = read_and_change(read, later)
    failed = go(text, store)
    assert states(failed) == {"load": "done", "send": "done", "later": "done", "end": "failed"}
    log = (project / "log").read_text()
    reused = dict.fromkeys(("load", "send", "later"), "reused")
    assert foreseen(failed) == {**reused, "end": "would send"}
    assert states(go(text, store)) == {**reused, "end": "failed"}
    (project / "ok").touch()
    assert states(go(text, store)) == {**reused, "end": "done"}
    assert states(go(text, store)) == {**reused, "end": "reused"}
    assert (project / "log").read_text() == log


@pytest.mark.parametrize("later", [name for name in LATER if name != "copied over"])
def test_what_a_person_did_to_a_file_is_news(store: Path, project: Path, later: str) -> None:
    """Changed by somebody else after the workflow was done, the file is read again."""
    (project / "in.txt").write_text("7")
    (project / "ok").touch()
    text = read_and_change("read-file", later)
    assert go(text, store).state == "SUCCESS"
    (project / "in.txt").write_text("mine")
    assert states(go(text, store))["load"] == "done"


def test_a_file_that_was_added_to_must_begin_as_it_was_read(store: Path, project: Path) -> None:
    """What a person changed before what a later node had added is news, too."""
    (project / "in.txt").write_text("7")
    (project / "ok").touch()
    text = read_and_change("read-file", "added to")
    assert go(text, store).state == "SUCCESS"
    assert states(go(text, store))["load"] == "reused"
    (project / "in.txt").write_text("8more")
    assert states(go(text, store))["load"] == "done"
