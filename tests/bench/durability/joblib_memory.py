"""joblib.Memory, as its documentation shows it."""

from joblib import Memory
from steps import STATE, STEPS, act, ready

memory = Memory(str(STATE), verbose=0)


@memory.cache
def step(name: str, before: str) -> str:
    """Do one effect after another one."""
    return act(name)


ready()
last = ""
for each in STEPS:
    last = step(each, last)
