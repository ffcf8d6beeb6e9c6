"""What a node costs beside a bare cache, what loading and completion cost; floors in the same run.

`make bench` prints ratios: seconds a node of 1,000 trivial pure nodes, in a chain and in a fan,
cold and warm, to one `diskcache.set` / `get` of the same result.  Times on their own mean little
on another machine; the ratios do.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import diskcache
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from wfrepair_magic import Workflow, node, run
from wfrepair_magic.notebook.complete import complete

NODES = 1_000
REPEATS = 3


@node(effect="pure")
def step(x: int, before: Any = None) -> dict[str, int]:
    """Do next to nothing: what is measured is all that stands around it."""
    return {"x": x}


def chain() -> Workflow:
    """Give nodes of which each needs the one before it."""
    nodes: list[dict[str, Any]] = [{"id": "n0", "type": "step", "params": {"x": 0}}]
    for number in range(1, NODES):
        before = f"${{n{number - 1}.x}}"
        params = {"x": number, "before": before}
        nodes.append({"id": f"n{number}", "type": "step", "params": params})
    return Workflow.build(nodes)


def fan() -> Workflow:
    """Give nodes of which none needs another."""
    return Workflow.build(
        [{"id": f"n{number}", "type": "step", "params": {"x": number}} for number in range(NODES)]
    )


def seconds(action: Callable[[], object]) -> float:
    """Time one call, in seconds."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def floor() -> tuple[float, float]:
    """Give the seconds of one bare `set` and one bare `get` of such a result."""
    payload = b"x" * 200
    with tempfile.TemporaryDirectory() as folder, diskcache.Cache(folder) as cache:
        write = seconds(lambda: [cache.set(str(n), payload) for n in range(NODES)])
        read = seconds(lambda: [cache.get(str(n)) for n in range(NODES)])
    return write / NODES, read / NODES


def cost(workflow: Workflow) -> tuple[float, float]:
    """Give the seconds a node, cold and warm."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / ".wfrepair"

        def go() -> None:
            done = run(workflow, name="bench", store=store)
            assert done.state == "SUCCESS", done

        return seconds(go) / NODES, seconds(go) / NODES


def loading() -> dict[str, float]:
    """Give the milliseconds of importing and of `%load_ext`, each in processes of its own."""
    programs = {
        "python -c pass": "pass",
        "import IPython": "import IPython.core.interactiveshell",
        "import wfrepair_magic": "import wfrepair_magic",
        "… and its `run`": "from wfrepair_magic import run",
        "%load_ext, beyond IPython": (
            "from IPython.core.interactiveshell import InteractiveShell as S\n"
            "import time; shell = S.instance(); begin = time.perf_counter()\n"
            "shell.run_line_magic('load_ext', 'wfrepair_magic')\n"
            "print(time.perf_counter() - begin)"
        ),
    }
    found = {}
    for name, code in programs.items():
        times = []
        for _ in range(5):
            begin = time.perf_counter()
            command = [sys.executable, "-c", code]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            whole = time.perf_counter() - begin
            times.append(float(done.stdout) if done.stdout else whole)
        found[name] = statistics.median(times) * 1000
    return found


def completion() -> dict[str, float]:
    """Give the milliseconds of a completion in a workflow of 500 lines, at its end.

    The first is the median of ours alone, the second that of all IPython does around it.
    """
    lines = [
        f"  - id: n{number}\n    type: shell\n    after: [n{number - 1}]\n"
        f'    params: {{command: "echo ${{n{number - 1}.stdout}}"}}\n'
        for number in range(1, 126)
    ]
    text = "%%workflow x\nnodes:\n" + "".join(lines) + '  - id: last\n    params: {x: "${n12'
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "wfrepair_magic")

    def all_of_it() -> None:
        with provisionalcompleter():
            assert [each.text for each in shell.Completer.completions(text, len(text))]

    ours = [seconds(lambda: complete({}, None, text, len(text))) for _ in range(21)]
    whole = [seconds(all_of_it) for _ in range(21)]
    return {
        "completion in 500 lines": statistics.median(ours) * 1000,
        "… as IPython answers": statistics.median(whole) * 1000,
    }


def main() -> None:
    """Measure, and print a table."""
    step_of = {"chain": chain(), "fan": fan()}
    print(f"{NODES} trivial pure nodes; milliseconds a node, and the ratio to the floor\n")
    print(f"{'':8}{'cold':>10}{'÷ set':>9}{'warm':>10}{'÷ get':>9}{'set':>10}{'get':>10}")
    for name, workflow in step_of.items():
        rows = []
        for _ in range(REPEATS):
            write, read = floor()
            cold, warm = cost(workflow)
            rows.append((cold, cold / write, warm, warm / read, write, read))
        columns = zip(*rows, strict=True)
        cold, over_set, warm, over_get, write, read = map(statistics.median, columns)
        print(
            f"{name:8}{cold * 1e3:10.3f}{over_set:9.1f}{warm * 1e3:10.3f}{over_get:9.1f}"
            f"{write * 1e3:10.3f}{read * 1e3:10.3f}"
        )
    print("\nmilliseconds, medians")
    for name, value in (loading() | completion()).items():
        print(f"  {name:28}{value:8.0f}")


if __name__ == "__main__":
    main()
