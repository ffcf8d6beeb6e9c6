"""LangGraph with its SQLite checkpointer, each step written down before the next begins."""

from typing import TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from steps import STATE, STEPS, act, ready


class Told(TypedDict):
    """What one node hands to the next."""

    before: str


graph = StateGraph(Told)
for name in STEPS:
    graph.add_node(name, lambda state, name=name: {"before": act(name)})
for first, then in zip([START, *STEPS], [*STEPS, END], strict=True):
    graph.add_edge(first, then)
STATE.mkdir(exist_ok=True)
with SqliteSaver.from_conn_string(str(STATE / "graph.db")) as saver:
    app = graph.compile(checkpointer=saver)
    thread = {"configurable": {"thread_id": "twelve"}, "recursion_limit": 50}
    begun = bool(app.get_state(thread).values or app.get_state(thread).next)
    ready()
    app.invoke(None if begun else {"before": ""}, thread, durability="sync")
