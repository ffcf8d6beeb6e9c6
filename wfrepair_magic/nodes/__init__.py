"""What one node does, seen from inside that node.

A node type is a function with annotations, registered through one door (`registry.register`,
which `@node` calls); the built-in types use the same door as a user's.  A node function takes
resolved params and, where it asks for one, a `Context`; it returns a dict of outputs, any other
value (its `result`), or an `Action`.  It raises what went wrong as one of the typed errors of
`base`, with the facts and never a verdict: what follows from an error is decided in `engine`.

Importing this room registers the built-in types.  Deliberately absent: cache, retries, other
nodes.
"""

from __future__ import annotations

from . import files, http, moves, shell, value

__all__ = ["files", "http", "moves", "shell", "value"]
