"""The graph of a run as an SVG drawing: each node by itself, or waves with counts if too many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from ..monitor import words
from ..monitor.layout import Layout, Place, Wave, lay_out, waiting, waves
from ..monitor.rows import NodeState
from ..monitor.state import RunState
from .style import kind

WIDTH: Final = 900
COLUMNS: Final = 8
ROWS: Final = 12
"""What is drawn node by node: a column is a wave, a row a node beside others of its wave."""

GAP: Final = 30
PITCH: Final = 34
HIGH: Final = 24
WIDE: Final = 170
SIGN: Final = 26  # the room of an icon beside a label
LETTER: Final = 7.3  # the width of a character in code of 12 px

ACROSS: Final = 6
SIGNS: Final = 3
CELL: Final = 120
CELL_HIGH: Final = 40
CELL_PITCH: Final = 50


@dataclass(frozen=True)
class Sizes:
    """Up to how many nodes each is drawn by itself, and up to how many cells of waves else."""

    nodes: int
    cells: int


LAST_SIZES: Final = Sizes(30, 24)
LIVE_SIZES: Final = Sizes(10, 8)
"""A run that has ended is drawn at length; under way the drawing shares its room with others."""

Drawing = tuple[int, int, str]
"""Width and height in pixels, and the elements."""


@dataclass(frozen=True)
class Frame:
    """A column of boxes: its left edge and its width in pixels."""

    left: int
    wide: int

    @property
    def right(self) -> int:
        """Its right edge."""
        return self.left + self.wide


def graph(state: RunState, sizes: Sizes = LAST_SIZES) -> str:
    """Draw what waits for what; nothing where nothing does, or where there is no plan."""
    nodes = list(state.nodes.values())
    if not waiting(nodes):
        return ""
    ranks = waves(nodes)
    tallest = max(len(rank.nodes) for rank in ranks)
    small = len(nodes) <= sizes.nodes and len(ranks) <= COLUMNS and tallest <= ROWS
    width, height, inside = _nodes(nodes) if small else _waves(waves(nodes, sizes.cells))
    name = escape(words.one_line(state.workflow) or "workflow")
    return (
        '<div class="wfr-wide wfr-graph" tabindex="0" hidden="hidden">'
        f'<svg role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' style="min-width:{min(width, WIDTH * 2 // 3)}px">'
        f"<title>{name}: {len(nodes)} nodes in {len(ranks)} waves</title>"
        f"<desc>{escape(words.counted(state.counts))}."
        " Arrows lead from a node to what waits for it; the table below lists all nodes.</desc>"
        f"{inside}</svg></div>"
    )


def _nodes(nodes: Sequence[NodeState]) -> Drawing:
    layout = lay_out(nodes)
    frames = _frames(nodes, layout)
    width = frames[-1].right + 1
    height = round(layout.rows * PITCH) + 2
    boxes = (_box(node, layout.places[node.id], frames) for node in nodes)
    return width, height, _arrows(layout, frames) + "".join(boxes)


def _frames(nodes: Iterable[NodeState], layout: Layout) -> list[Frame]:
    """Make columns as wide as their labels; where that is too wide, the widest give way."""
    wanted = [0] * layout.columns
    for node in nodes:
        column = layout.places[node.id].column
        label = round(words.columns(words.one_line(node.id)) * LETTER) + SIGN + 8
        wanted[column] = max(wanted[column], min(label, WIDE))
    room = WIDTH - 2 - GAP * (layout.columns - 1)
    most = next(most for most in range(WIDE, 0, -1) if sum(min(w, most) for w in wanted) <= room)
    frames, left = [], 1
    for wide in wanted:
        frames.append(Frame(left, min(wide, most)))
        left = frames[-1].right + GAP
    return frames


def _middle(place: Place) -> int:
    return round(place.row * PITCH) + 1


def _arrows(layout: Layout, frames: Sequence[Frame]) -> str:
    """Draw all lines as one path and all heads as another: an arrow more costs few bytes."""
    lines = "".join(_line(line, frames) for line in layout.lines)
    ends = sorted({(frames[line[-1].column].left, _middle(line[-1])) for line in layout.lines})
    heads = "".join(_head(x, y) for x, y in ends)
    return f'<path d="{lines}"/><path class="h" d="{heads}"/>'


def _head(x: int, y: int) -> str:
    return f"M{x} {y}l-6-3v6z"


def _line(line: Sequence[Place], frames: Sequence[Frame]) -> str:
    """Lead a line from a box's right edge over its bends to the left edge of another."""
    start, *bends, end = line
    x, y = frames[start.column].right, _middle(start)
    path = f"M{x} {y}"
    for place in bends:
        frame = frames[place.column]
        path += _hop(x, y, frame.left, _middle(place)) + f"h{frame.wide}"
        x, y = frame.right, _middle(place)
    return path + _hop(x, y, frames[end.column].left - 4, _middle(end))


def _hop(x: int, y: int, to_x: int, to_y: int) -> str:
    if y == to_y:
        return f"H{to_x}"
    half = (x + to_x) // 2
    return f"C{half} {y} {half} {to_y} {to_x} {to_y}"


def _box(node: NodeState, place: Place, frames: Sequence[Frame]) -> str:
    frame, y = frames[place.column], _middle(place)
    whole = words.one_line(node.id)
    label = escape(words.shortened(whole, int((frame.wide - SIGN - 4) / LETTER)))
    icon = f"<tspan>{words.icon(node.state)}</tspan>"
    return (
        f"<g class={kind(node.state)}><title>{escape(whole)}: {words.word(node.state)}</title>"
        f"<rect x={frame.left} y={y - HIGH // 2} width={frame.wide} height={HIGH} rx=4 />"
        f"<text x={frame.left + 8} y={y + 4}>{icon} {label}</text></g>"
    )


def _waves(ranks: Sequence[Wave]) -> Drawing:
    across = min(len(ranks), ACROSS)
    down = -(-len(ranks) // ACROSS)
    cells = [_cell(wave, *_cell_at(number)) for number, wave in enumerate(ranks)]
    corners = map(_cell_at, range(len(ranks) - 1))
    heads = "".join(_head(x + CELL + GAP // 2, y + CELL_HIGH // 2) for x, y in corners)
    inside = f'<path class="h" d="{heads}"/>{"".join(cells)}'
    return across * (CELL + GAP) - GAP // 2, down * CELL_PITCH, inside


def _cell_at(number: int) -> tuple[int, int]:
    row, column = divmod(number, ACROSS)
    return column * (CELL + GAP) + 1, row * CELL_PITCH + 1


def _cell(wave: Wave, x: int, y: int) -> str:
    """Draw a wave with its counts, or the node that is alone in it."""
    alone = words.one_line(wave.nodes[0].id) if len(wave.nodes) == 1 else ""
    signs = [f"{_sign(state)} {count}" for state, count in wave.counts.items()]
    below = f"{_sign(wave.state)} {words.word(wave.state)}" if alone else " ".join(signs[:SIGNS])
    label = words.shortened(alone or wave.name, int((CELL - 12) / LETTER))
    title = f"{wave.name}: {alone or words.counted(wave.counts)}"
    return (
        f"<g class={kind(wave.state)}><title>{escape(title)}</title>"
        f"<rect x={x} y={y} width={CELL} height={CELL_HIGH} rx=4 />"
        f"<text x={x + 8} y={y + 16}>{escape(label)}</text>"
        f"<text x={x + 8} y={y + 33}>{below}</text></g>"
    )


def _sign(state: str) -> str:
    return f"<tspan class={kind(state)}>{words.icon(state)}</tspan>"
