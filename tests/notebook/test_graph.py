"""The drawing of the graph: complete, told in words too, and of a size that can be looked at."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from wfrepair_magic import events
from wfrepair_magic.events import Event, NodeInfo, RunStarted
from wfrepair_magic.monitor.state import RunState, replay
from wfrepair_magic.notebook.graph import LAST_SIZES, WIDTH, graph


def lanes(waves: int, wide: int, *story: Event, name: str = "node") -> RunState:
    """Fold a run of nodes in lanes beside one another."""
    infos = [
        NodeInfo(
            id=f"{name}_{wave}_{lane}", type="x", wave=wave, effect="",
            waits_for=(f"{name}_{wave - 1}_{lane}",) if wave else (),
        )
        for wave in range(waves)
        for lane in range(wide)
    ]  # fmt: skip
    start = RunStarted(run="r", workflow="digest", session="s", nodes=tuple(infos))
    return replay((start, *story))


def drawn(state: RunState) -> ElementTree.Element:
    """Read the picture; attributes may stand without quotation marks, as HTML allows."""
    picture = re.search("<svg.*</svg>", graph(state))
    assert picture is not None
    return ElementTree.fromstring(re.sub(r" ([\w-]+)=([\w-]+)", r' \1="\2"', picture[0]))


def words(picture: ElementTree.Element, tag: str) -> list[str]:
    """Give the texts of all elements of a kind."""
    return ["".join(found.itertext()) for found in picture.iter(tag)]


def test_a_picture_says_in_words_what_it_shows() -> None:
    """It has the role of an image, a title and a description with the counts."""
    picture = drawn(lanes(3, 2, events.NodeDone(node="node_0_0", seconds=1)))
    assert picture.get("role") == "img"
    assert words(picture, "title")[0] == "digest: 6 nodes in 3 waves"
    assert words(picture, "desc")[0].startswith("5 pending, 1 done.")


def test_each_node_has_icon_name_and_colour() -> None:
    """A node's state is told by its sign and its title, not by its colour alone."""
    picture = drawn(lanes(2, 1, events.NodeSkipped(node="node_1_0", reason="no")))
    assert [box.get("class") for box in picture.iter("g")] == ["wfr-calm", "wfr-rest"]
    assert words(picture, "text") == ["○ node_0_0", "– node_1_0"]
    assert words(picture, "title")[1:] == ["node_0_0: pending", "node_1_0: skipped"]


def test_a_long_name_is_cut_and_told_in_full() -> None:
    """A name that is too long for its box loses its middle, and has all of it in its title."""
    picture = drawn(lanes(2, 1, name="a_name_" * 9))
    assert words(picture, "text")[1].startswith("○ a_name_")
    assert words(picture, "text")[1].endswith("name__1_0")
    assert "…" in words(picture, "text")[1]
    assert words(picture, "title")[2] == f"{'a_name_' * 9}_1_0: pending"


@pytest.mark.parametrize(("waves", "wide"), [(2, 1), (8, 3), (3, 10), (9, 1), (40, 5), (200, 1)])
def test_every_picture_fits_a_page(waves: int, wide: int) -> None:
    """However many nodes there are, nothing lies outside, and a page can show it."""
    picture = drawn(lanes(waves, wide, name="quite_a_long_name"))
    width, height = float(picture.get("width", 0)), float(picture.get("height", 0))
    assert width <= WIDTH
    assert height <= 420
    for box in picture.iter("rect"):
        x, y, wide_, high = (float(box.get(name, 0)) for name in ("x", "y", "width", "height"))
        assert 0 < x < x + wide_ < width
        assert 0 < y < y + high < height


def test_too_many_nodes_become_waves_with_counts() -> None:
    """Above the limit a cell a wave tells how many nodes are in which state."""
    done = [events.NodeDone(node=f"node_0_{lane}", seconds=1) for lane in range(7)]
    picture = drawn(lanes(4, LAST_SIZES.nodes // 4 + 1, *done))
    assert len(list(picture.iter("rect"))) == 4
    assert words(picture, "text")[:4] == ["wave 1", "○ 1 ✓ 7", "wave 2", "○ 8"]
    assert words(picture, "title")[1] == "wave 1: 1 pending, 7 done"


def test_a_node_alone_in_its_wave_keeps_its_name() -> None:
    """A long chain is a row of named cells that goes on in the next line."""
    picture = drawn(lanes(12, 1))
    assert words(picture, "text")[:2] == ["node_0_0", "○ pending"]
    assert len(list(picture.iter("rect"))) == 12


def test_what_waits_for_nothing_has_no_picture() -> None:
    """Nodes side by side, and a workflow that was never planned, are told by the table alone."""
    assert graph(lanes(1, 5)) == ""
    assert graph(RunState()) == ""
