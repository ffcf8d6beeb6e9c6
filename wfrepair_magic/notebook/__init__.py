"""The face in a notebook cell: ``%%workflow`` runs a workflow, ``%workflow`` looks and goes on.

`magic` is what IPython loads; `asking` declares its options, `commands` holds the subcommands of
the line form (`acting` those that act). `kernel` is what one kernel remembers, `running` runs a
cell, `underway` is one run and how it is stopped. `channel` is where a page asks, also while a cell
runs; `answers` says what it is given (`marking` and `pointing`: what an editor shows, `descent`:
where runs came from). `front` knows what the front end can show and do, `live` keeps one display
up to date while a run goes on, `widget` is its view where our extension is not, `report` draws a
run as HTML (`graph` its drawing, `style` its look), `tables` draws the rest, `cells` writes the
text of new cells. `complete` says what may go on at a cursor (`line_words` on the magic line),
`doctor` what is here.

What holds: a failed workflow ends its cell normally; everything that a person could click stands
there as a command too; all text of users, workflows and nodes is escaped; no script reaches the
page but our own view.  Deliberately absent: how a run is made (`session`), what a run was
(`monitor`).
"""
