"""wfrepair_magic: a run that ends WAITING is answered by looking at the other side."""

import contextlib
import io

from fakes import EffectLog
from steps import LOG, STATE, STEPS, act, ready

from wfrepair_magic import Workflow, node, run


@node(effect="write")
def step(name: str, before: str) -> str:
    """Do one effect after another one."""
    return act(name)


nodes = []
for name, before in zip(STEPS, ["", *STEPS], strict=False):
    params = {"name": name, "before": f"${{{before}.result}}" if before else ""}
    nodes.append({"id": name, "type": "step", "params": params})
workflow = Workflow.build(nodes)
ready()
while (done := run(workflow, name="twelve", store=STATE)).state != "SUCCESS":
    for id, one in done.nodes.items():
        if one.state == "in_doubt":
            print("in doubt", id, flush=True)
            with contextlib.redirect_stdout(io.StringIO()):
                done.resolve(id, *(("sent", id) if EffectLog(LOG).counts()[id] else ("not-sent",)))
