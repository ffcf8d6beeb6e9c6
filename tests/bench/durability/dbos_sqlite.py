"""DBOS with SQLite: launching it recovers what a dead process left."""

from dbos import DBOS, SetWorkflowID
from steps import STATE, STEPS, act, ready

STATE.mkdir(exist_ok=True)
DBOS(
    config={
        "name": "twelve",
        "system_database_url": f"sqlite:///{STATE / 'system.db'}",
        "application_version": "1",
        "executor_id": "local",
        "run_admin_server": False,
        "log_level": "CRITICAL",
    }
)


@DBOS.step()
def step(name: str, before: str) -> str:
    """Do one effect after another one."""
    return act(name)


@DBOS.workflow()
def twelve() -> str:
    """Do all of them."""
    last = ""
    for each in STEPS:
        last = step(each, last)
    return last


ready()
DBOS.launch()
with SetWorkflowID("twelve"):
    DBOS.start_workflow(twelve).get_result()
DBOS.destroy()
