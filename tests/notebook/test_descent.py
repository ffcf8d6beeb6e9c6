"""Where the runs of a list came from: recorded repairs, cells that tell of one, and neither."""

from __future__ import annotations

import hashlib

from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.runs import RunRecord, Text
from wfrepair_magic.notebook.descent import Texts, name_of, run_lines

CELL = "# repaired: rename it – equal but for case (TPL02)\n"


def digest(text: str) -> str:
    """Name a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def text(source: str, parent: str = "", origin: str = "author") -> Text:
    """Make a text; `parent` is the source of the one that it was made from."""
    return Text(digest(source), source, digest(parent) if parent else "", "", origin)


def listed(*sources: str, made: dict[str, Text] | None = None) -> list[tuple[str, str, list[str]]]:
    """List runs of these sources, the oldest first: text, where it is from, by which repairs."""
    known = {source: text(source) for source in sources} | (made or {})
    by_digest = {each.digest: each for each in known.values()}

    def chain(name: str) -> list[Text]:
        found = by_digest.get(name)
        return [found, *chain(found.parent)] if found else []

    texts: Texts = {name: chain(name) for name in by_digest}
    records = [
        RunRecord(f"r{place}", "w", "s", digest(source), "{}", "{}", me(), place, place + 1, "DONE")
        for place, source in enumerate(sources)
    ]
    names = {name_of(each): source for source, each in known.items()}
    lines = [*run_lines(records[::-1], texts, ())][::-1]
    return [
        (names[line.text], names.get(line.repaired_from, ""), [*line.repairs]) for line in lines
    ]


def test_a_recorded_repair_is_told_with_the_text_it_was_made_from() -> None:
    """A run that went on with a repair names the text before it, and the repair's code."""
    made = {"b": text("b", "a", "TPL02")}
    assert listed("a", "b", made=made) == [("a", "", []), ("b", "a", ["TPL02"])]


def test_repairs_that_no_run_ended_with_are_told_together() -> None:
    """Of a chain of repairs within one run, the way from the last listed text is told in order."""
    made = {"a": text("a"), "b": text("b", "a", "ONE"), "c": text("c", "b", "TWO")}
    assert listed("c", made=made) == [("c", "a", ["ONE", "TWO"])]


def test_a_cell_that_tells_of_a_recorded_repair_is_the_same_text() -> None:
    """The comment that stands in a new cell makes no other text of it."""
    made = {"b": text("b", "a", "TPL02"), f"{CELL}b": text(f"{CELL}b")}
    lines = listed("a", "b", f"{CELL}b", made=made)
    assert lines[2][1:] == ("a", ["TPL02"])
    assert name_of(made[f"{CELL}b"]) == digest("b")


def test_a_cell_of_the_page_is_believed_once() -> None:
    """A comment that the run before did not have tells of a repair; after an edit it does not."""
    lines = listed("a", f"{CELL}b", f"{CELL}c")
    assert [line[1:] for line in lines] == [("", []), ("a", ["TPL02"]), ("", [])]


def test_a_text_that_the_store_lacks_is_no_hindrance() -> None:
    """A run whose text was not kept is listed under its name, and comes from nowhere."""
    record = RunRecord("r", "w", "s", "lost", "{}", "{}", me(), 1.0, 2.0, "DONE")
    (line,) = run_lines([record], {"lost": []}, ())
    assert (line.text, line.repaired_from) == ("lost", "")
