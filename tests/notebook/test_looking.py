"""Commands that look: the plan before a run, what differs, what it came to, and what is here."""

from __future__ import annotations

from kernels import Notebook

BODY = """\
nodes:
  - {id: fetch, type: shell, effect: read, params: {command: "echo fetch >> log; echo hello"}}
  - {id: send, type: shell, params: {command: "echo send >> log; echo '${fetch.stdout}'"}}
  - {id: last, type: value, params: {said: "${send.stdot}"}}
"""
GOOD = BODY.replace("stdot", "stdout")


def rows(text: str) -> dict[str, str]:
    """Read a plan as text: what would become of each node."""
    lines = [line.split(maxsplit=2) for line in text.splitlines()[2:]]
    return {line[0]: line[2] for line in lines if len(line) == 3}


def test_a_dry_run_says_what_would_happen_and_executes_nothing(notebook: Notebook) -> None:
    """Before the first run, after it, after an edit: run, reuse, send again; no trace is left."""
    first = notebook.run(f"%%workflow plan --dry-run\n{GOOD}").last
    assert rows(first["text/plain"]) == {"fetch": "run", "send": "send", "last": "run"}
    assert "would run 2, send 1; nothing was executed" in first["text/plain"]
    assert not (notebook.folder / "log").exists()
    assert not (notebook.folder / ".wfrepair").exists()
    assert notebook.value("_wf is None") == "True"
    notebook.run(f"%%workflow plan\n{GOOD}")
    kept = notebook.run(f"%%workflow plan --dry-run\n{GOOD}").last["text/plain"]
    assert rows(kept) == {"fetch": "reuse", "send": "reuse", "last": "reuse"}
    edited = GOOD.replace("echo '$", "echo 'so $")
    again = notebook.run(f"%%workflow plan --dry-run\n{edited}").last["text/plain"]
    assert rows(again)["send"] == "send again  changed since it was sent: command"
    rerun = notebook.run(f"%%workflow plan --dry-run --rerun send\n{GOOD}").last["text/plain"]
    assert rows(rerun)["send"].startswith("send again")
    assert (notebook.folder / "log").read_text().split() == ["fetch", "send"]


def test_a_dry_run_foresees_what_fails(notebook: Notebook) -> None:
    """A template that cannot resolve, and a text with errors, are told before anything runs."""
    late = "nodes:\n  - {id: a, type: value, params: {user: {name: x}}}\n"
    late += '  - {id: b, type: value, params: {x: "${a.user.nam}"}}\n'
    notebook.run(f"%%workflow late --no-repair --quiet\n{late}")
    wrong = notebook.run(f"%%workflow late --dry-run\n{late}").last
    assert rows(wrong["text/plain"])["b"].startswith("fail")
    assert "did you mean `name`?" in wrong["text/plain"]
    assert "<script" not in wrong["text/html"]
    bad = notebook.run(f"%%workflow plan --dry-run\n{GOOD.replace('type: value', 'type: vale')}")
    assert "nothing would run" in bad.last["text/plain"]
    assert "did you mean `value`?" in bad.last["text/plain"]


def test_diff_shows_the_last_fix_or_two_runs(notebook: Notebook) -> None:
    """What is offered, what was applied, and how the texts of two runs differ."""
    assert "no workflow ran" in notebook.run("%workflow diff").errors
    notebook.run(f"%%workflow d --quiet\n{BODY}")
    offered = notebook.run("%workflow diff").last
    assert offered["text/plain"].startswith("offered for d: `stdot` → `stdout`")
    assert "-  - {id: last" in offered["text/plain"] and "<del>" in offered["text/html"]
    first = notebook.value("_wf.id").strip("'")
    notebook.run(f"%%workflow d --quiet --repair safe\n{GOOD}")
    last = notebook.value("_wf.id").strip("'")
    shown = notebook.run(f"%workflow diff {first}").last["text/plain"]
    assert shown.startswith(f"{first} → {last}")
    assert '+  - {id: last, type: value, params: {said: "${send.stdout}"}}' in shown
    assert "nothing differs" in notebook.run(f"%workflow diff {last} {last}").last["text/plain"]
    assert "no run 'zzz'" in str(notebook.run("%workflow diff zzz").error)


def test_diff_shows_what_a_person_applied(notebook: Notebook) -> None:
    """After `%workflow apply` the diff is that of the fix, and the report names it."""
    notebook.run(f"%%workflow d --quiet\n{BODY}")
    report = notebook.run("%workflow apply").last["text/plain"]
    assert "✓ fixed: `stdot` → `stdout`" in report and "by a person" in report
    shown = notebook.run("%workflow diff").last["text/plain"]
    assert shown.startswith("applied to d: `stdot` → `stdout`")
    assert notebook.value("_wf.metrics['fixes_applied']") == "1"


def test_diff_shows_what_was_applied(notebook: Notebook) -> None:
    """After a repair by policy the diff is that of the fix which went in."""
    safe = "nodes:\n  - {id: a, type: value, params: {user_name: x}}\n"
    safe += '  - {id: b, type: value, params: {x: "${a.userName}"}}\n'
    notebook.run(f"%%workflow a --quiet --repair safe\n{safe}", live=True)
    shown = notebook.run("%workflow diff").last["text/plain"]
    assert shown.startswith("applied to a: `userName` → `user_name`")


def test_metrics_count_the_runs_of_each_workflow(notebook: Notebook) -> None:
    """Runs by how they ended, executions, reuse: counted from what the store recorded."""
    assert "no runs in" in notebook.run("%workflow metrics").text
    notebook.run(f"%%workflow one --quiet\n{BODY}")
    notebook.run(f"%%workflow one --quiet\n{GOOD}")
    notebook.run("%%workflow two --quiet\nnodes: [{id: a, type: value, params: {x: 1}}]")
    lines = notebook.run("%workflow metrics").last["text/plain"].splitlines()
    assert lines[0].split() == [
        "workflow", "runs", "executed", "reused", "fixed", "took", "saved", "last",
    ]  # fmt: skip
    assert [line.split()[:2] for line in lines[1:]] == [["two", "1"], ["one", "2"]]
    assert "1 SUCCESS, 1 FAILED" in lines[2]
    only = notebook.run("%workflow metrics one").last["text/plain"]
    assert "two" not in only
    assert "no runs of nobody" in notebook.run("%workflow metrics nobody").text


def test_doctor_tells_what_is_here_and_what_is_off(notebook: Notebook) -> None:
    """Front end, versions, store with mode and size, settings with their source, what is off."""
    told = notebook.run("%workflow doctor").last["text/plain"]
    assert "none: nbclient, papermill or another headless run" in told
    assert "is not there yet" in told
    assert not (notebook.folder / ".wfrepair").exists()
    live = notebook.run("%workflow doctor", live=True).last["text/plain"]
    assert "JupyterLab" in live
    assert "live view" in live and "live view" not in told
    notebook.run(f"%%workflow x --quiet\n{GOOD}")
    (notebook.folder / "pyproject.toml").write_text("[tool.wfrepair]\nmax_workers = 2\nquite = 1\n")
    notebook.run("%config WorkflowMagics.repair = 'safe'")
    told = notebook.run("%workflow doctor").last["text/plain"]
    for fact in (
        "wfrepair-magic ", "Python", "0700", "1 run", "repair: safe (%config WorkflowMagics)",
        "max_workers: 2 (", "did you mean 'quiet'?", "node types", "off",
    ):  # fmt: skip
        assert fact in told, fact


def test_doctor_tells_of_a_store_that_cannot_be_used(notebook: Notebook) -> None:
    """A folder that is no store is named with the reason, and left as it is."""
    (notebook.folder / "mine").mkdir()
    (notebook.folder / "mine" / "file").touch()
    told = notebook.run("%workflow doctor --store mine").last["text/plain"]
    assert "is not a store" in told
    assert [path.name for path in (notebook.folder / "mine").iterdir()] == ["file"]


def test_effects_are_listed(notebook: Notebook) -> None:
    """The ledger of the last workflow's session as a table; without effects a sentence."""
    assert "there is no run" in notebook.run("%workflow effects").errors
    notebook.run("%%workflow pure --quiet\nnodes:\n  - {id: a, type: value, params: {x: 1}}\n")
    assert "pure: no effects" in notebook.run("%workflow effects").text
    notebook.run(f"%%workflow plan --quiet\n{GOOD}")
    shown = notebook.run("%workflow effects").last
    assert shown["text/plain"].startswith("plan: the effects of its session")
    assert [line.split()[:2] for line in shown["text/plain"].splitlines()[2:]] == [["send", "done"]]
    assert "no effects" in notebook.run("%workflow effects pure").text
    assert "plan: send" in notebook.run("%workflow effects --all").last["text/html"]
    assert "did you mean 'plan'?" in notebook.run("%workflow effects plann").trace


CELL_OF_NODES = """\
from wfrepair_magic import node
def helper(x):
    return x + 1
@node(effect="pure")
def counted(a: int) -> int:
    return helper(a)
"""
COUNTS = """\
inputs: {n: {type: integer, default: 1}}
nodes:
  - {id: first, type: counted, params: {a: "${n}"}}
  - {id: last, type: value, params: {x: "${first.result}"}}
"""


def test_why_names_what_changed_old_and_new(notebook: Notebook) -> None:
    """A helper's line, a param: beforehand, afterwards, in the report, and in another kernel."""
    why = "%workflow why first"
    notebook.run(CELL_OF_NODES)
    notebook.run(f"%%workflow w\n{COUNTS}")
    told = notebook.run(why).last["text/plain"]
    assert "first ran for the first time" in told and "now: would reuse" in told
    notebook.run(CELL_OF_NODES.replace("x + 1", "x + 2"))
    change = "code of `helper`:\n   def helper(x):\n  -    return x + 1\n  +    return x + 2"
    told = notebook.run(why).last["text/plain"]
    assert f"now: would run:\n  {change}" in told
    report = notebook.run(f"%%workflow w\n{COUNTS}").last
    assert "again: code of `helper`" in report["text/plain"]
    assert "<summary>again: code of `helper`</summary>" in report["text/html"]
    assert "+    return x + 2" in report["text/html"]
    assert f"first ran again:\n  {change}" in notebook.run(why).last["text/plain"]
    notebook.run(f"%%workflow w --input n=5\n{COUNTS}")
    assert notebook.value("_wf.nodes['first'].why") == "('params.a: 1 → 5',)"
    assert "did you mean 'first'?" in notebook.run("%workflow why fist").errors
    notebook.run("%%workflow w\n" + COUNTS.replace('"${n}"', "[1]"))
    told = notebook.run(why).last["text/plain"]
    assert "first failed:" in told and "for the first time" not in told


def test_why_says_that_a_node_was_reused_or_held_back(notebook: Notebook) -> None:
    """A reused node has the key it had; what waits for another cannot be known yet."""
    assert "no runs in" in notebook.run("%workflow why first").errors
    notebook.run(CELL_OF_NODES)
    for _ in "12":
        notebook.run(f"%%workflow w\n{COUNTS}")
    told = notebook.run("%workflow why first").last["text/plain"]
    assert "first was reused: its key is what it was when it ran, just now" in told
    notebook.run(CELL_OF_NODES.replace("x + 1", "x + 2"))
    told = notebook.run("%workflow why last").last["text/plain"]
    assert "now: would run, with what the nodes before it give then" in told


def test_cache_shows_what_is_kept_and_purges_what_is_old(notebook: Notebook) -> None:
    """Sizes, hits and misses are shown; what would go is said first; a run works afterwards."""
    text = "%%workflow kept\nnodes:\n  - {id: a, type: value, params: {x: 1}}\n"
    notebook.run(text)
    notebook.run(text)
    shown = notebook.run("%workflow cache").last["text/plain"]
    assert "results" in shown
    assert "receipts" in shown
    assert "last 2 runs" in shown
    assert "1 hits, 1 misses" in shown
    dry = notebook.run("%workflow cache --purge --older-than 0s --dry-run").last["text/plain"]
    assert "would go" in dry
    assert "1 results" in dry
    gone = notebook.run("%workflow cache --purge --older-than 0s").last["text/plain"]
    assert "gone" in gone
    assert "results      0, " in notebook.run("%workflow cache").last["text/plain"]
    assert "--older-than 30d" in notebook.run("%workflow cache --purge").trace
    assert "belong to --purge" in notebook.run("%workflow cache --dry-run").trace
