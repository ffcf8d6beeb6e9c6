"""How a workflow runs: at most once per effect, and what completed is never repeated.

Theory of operation.  `plan` turns a Definition into Steps (pure).  `scheduler` owns the only
loop: it takes a ready step, asks `order` whether it may run (pure), asks `lookup` for its key
and for what is kept under it, and either reuses, claims the effect in the `ledger` and submits
it to the `backend`, or fails.  A node's end is judged by `recovery` (pure), applied through the
table in `states` (pure) and emitted as an event.  `preview` walks the same steps with the same
`lookup` and executes nothing.

Two kinds of memory: `store` keeps results by content, for nodes without effects; `ledger` keeps
receipts by session, for everything else, and is written *before* an effect.  Both are used from
the run's own thread only, so that an interrupt of the main thread never meets them.

Deliberately absent: YAML, HTML, repair, Jupyter.
"""
