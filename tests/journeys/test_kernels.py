"""The main job in real kernels: fail, repair, kill −9, and on in another one."""

from __future__ import annotations

from pathlib import Path

from demo import Kernel
from fakes import EffectLog

SETUP = """
%load_ext wfrepair_magic
import os
from wfrepair_magic import node

def mark(name):
    handle = os.open("effects.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(handle, f"{name}\\n".encode())
    os.close(handle)

@node(effect="read")
def fetch():
    mark("fetch")
    return {"rows": [3, 1, 2]}

@node(effect="pure")
def analyse(rows: list):
    mark("analyse")
    return {"summary": f"{len(rows)} rows"}

@node
def send(text: str):
    mark("send")
    return {"sent": text}

@node
def last(text: str, mode: str):
    mark("last")
    if mode == "broken":
        raise ValueError("it is broken")
    return {"text": text.upper()}
"""

CELL = """\
%%workflow four
nodes:
  - {id: fetch, type: fetch}
  - {id: analyse, type: analyse, params: {rows: "${fetch.rows}"}}
  - {id: send, type: send, params: {text: "${analyse.summary}"}}
  - id: last    # broken
    type: last
    after: [send]
    params: {text: "${analyse.sumary}", mode: fine}
outputs: {text: {source: last.text}}
"""

STATES = "print({id: ran.state for id, ran in _wf.nodes.items()}, _wf.state)"


def test_four_nodes_fail_repair_succeed_and_survive_a_killed_kernel(tmp_path: Path) -> None:
    """Executions are 1, 1, 1, 1 with one message; in a new kernel after kill −9 nothing runs."""
    log = EffectLog(tmp_path / "effects.log")
    first = Kernel(tmp_path)
    first.run(SETUP)
    failed = first.run(CELL)
    assert "TPL03" in failed.text and "summary" in failed.text
    assert failed.next_cell == ""
    repaired = first.run("%workflow apply")
    assert '${analyse.summary}", mode: fine' in repaired.next_cell
    assert repaired.next_cell.startswith("%%workflow four\n# ")
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 1, "last": 1}
    first.kill()

    second = Kernel(tmp_path)
    try:
        second.run(SETUP)
        second.run(repaired.next_cell)
        states = second.run(STATES).printed
    finally:
        second.close()
    assert states.count("'reused'") == 4 and "SUCCESS" in states
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 1, "last": 1}


def test_a_node_that_failed_by_itself_runs_once_more(tmp_path: Path) -> None:
    """With a node that raises, executions are 1, 1, 1 and 1+1, over a killed kernel."""
    log = EffectLog(tmp_path / "effects.log")
    cell = CELL.replace("sumary", "summary")
    first = Kernel(tmp_path)
    first.run(SETUP)
    assert "it is broken" in first.run(cell.replace("fine", "broken")).text
    first.kill()
    second = Kernel(tmp_path)
    try:
        second.run(SETUP)
        second.run(cell)
        states = second.run(STATES).printed
    finally:
        second.close()
    assert states.count("'reused'") == 3 and "SUCCESS" in states
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 1, "last": 2}


def test_a_changed_helper_in_the_notebook_reruns_what_uses_it(tmp_path: Path) -> None:
    """Editing a function's helper cell changes the key of the nodes that call it."""
    kernel = Kernel(tmp_path)
    cell = "%%workflow h\nnodes: [{id: a, type: scaled, params: {x: 4}}]"
    try:
        kernel.run("%load_ext wfrepair_magic\nfrom wfrepair_magic import node\nFACTOR = 2")
        kernel.run("def helper(x):\n    return x * FACTOR")
        kernel.run('@node(effect="pure")\ndef scaled(x: int):\n    return helper(x)')
        shown = []
        for change in ("", "# only a comment", "FACTOR = 3", "def helper(x): return x + 1"):
            kernel.run(change or "pass")
            kernel.run(cell)
            shown.append(kernel.run("print(_wf.nodes['a'].state, _wf.nodes['a'].outputs)").printed)
    finally:
        kernel.close()
    assert [line.strip() for line in shown] == [
        "done {'result': 8}", "reused {'result': 8}", "done {'result': 12}", "done {'result': 5}",
    ]  # fmt: skip
