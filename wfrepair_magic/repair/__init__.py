"""How a failure becomes a better workflow: structured facts, typed edits, a diff to accept.

`diagnose` turns what failed into Cases, `rules` give Candidates or say why they abstain,
`propose` lets each candidate climb the ladder (it parses, the check finds nothing new, its
templates resolve on what is stored) and makes it a Fix, `policy` chooses, `loop` applies and runs
again.

What holds: a wrong fix is worse than none, so a rule abstains unless its evidence is strong, and
says why; completed nodes are frozen; the author's workflow is never changed, a fix makes another
one; what a fix shows (diff, evidence, level, rung, preview) is what it was checked with.
A rule answers one code; where the values at hand say more precisely what a problem is than the
check could, `diagnose` gives it the code of the rule that has the answer (`Rule.of`).  A text that
cannot be read goes the same way: it is a Workflow that is `unread`, and its patch splices text.
Deliberately absent: widgets, threads, the store, the clock.  Whoever runs the loop gives it its
`Means`: how to run, look ahead and tell, and what is remembered of the last good run.
"""
