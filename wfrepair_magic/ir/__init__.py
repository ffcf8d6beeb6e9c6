"""What a workflow is: pure values, and pure functions over them.

The author's text becomes a `Source` (`codec`), the source a `Definition` (`reader`), the
definition a list of `Problem`s (`check`) or, with a `Patch` (`patch`), a new text.  `language`
declares every key there is and `kinds` what a key may hold; `spec` declares what may be assumed
of a node type, and `nodes` fills its catalogue.  `schema` says it all as a JSON Schema, which is
shipped as `schema.json`.  A text changes by spans (`changes`): a reader's faults say how they are
put right so, and the edits of a patch are written so, all of them in one pass.  Of a text that
somebody is still typing, `cursor` finds what is written at one offset and `offers` says what may
stand there.

What holds: no value is changed after it was made; a place in a workflow is a slot; a place in
the text is a line and column counted from 1.  Deliberately absent: disk, clock, threads, node
code.
"""
