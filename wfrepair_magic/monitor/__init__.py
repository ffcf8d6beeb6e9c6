"""What happened in a run, told from its events.

`state` folds events into a `RunState` (pure): the one place that knows percent, counts and
elapsed time.  `rows` holds its nodes, `layout` places them in a drawing, `words` says how states
and times are written, `text` draws a state for a terminal and tells events as lines, `paint`
colours both.  `history` writes each event as one line of JSON (`plain`) and reads it back, so that
a late viewer sees what a live one saw; `metrics` counts what many runs came to.  `foreseen` tells
what a run would do.

What holds: a viewer never asks the run; losing a drawing harms nothing.  Deliberately absent:
running anything, HTML, Jupyter, which runs there were (`engine.runs` keeps that).
"""
