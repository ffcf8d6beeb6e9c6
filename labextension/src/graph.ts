/** The drawing of what waits for what: each node by itself, or waves with counts if too many. */

import { h, type Wanted } from './dom';
import { icon } from './icons';
import type { Words } from './tokens';
import type { Box, Graph, Snapshot, WaveBox } from './wire';
import { counted, kindOf, ordered, shortened, stateWord } from './words';

const GAP = 36;
const PITCH = 38;
const HIGH = 28;
const WIDEST = 190;
const SIGN = 30;
const LETTER = 7.2;
/** How far a drawing may shrink before it has to be scrolled. */
const LEAST = 0.72;

interface Frame {
  readonly left: number;
  readonly wide: number;
}

/** Draw the graph of a run; nothing where nothing waits for anything. */
export function graph(words: Words, run: Snapshot): Wanted | null {
  const found = run.graph;
  if (!found) {
    return null;
  }
  const drawing = found.boxes?.length ? nodes(words, run, found) : stages(words, found);
  return h(
    'div',
    { role: 'group', key: 'graph', class: 'wfv-section', 'aria-label': words.__('Graph') },
    drawing
  );
}

function nodes(words: Words, run: Snapshot, found: Graph): Wanted {
  const boxes = found.boxes ?? [];
  const frames = framesOf(boxes, found.columns);
  const last = frames[frames.length - 1];
  const width = last.left + last.wide + 1;
  const height = Math.round(found.rows * PITCH) + 2;
  const lines = (found.lines ?? []).map(line => path(line, frames)).join('');
  const heads = [...new Set((found.lines ?? []).map(line => head(line, frames)))].join('');
  const svg = h(
    'svg',
    {
      class: 'wfv-graph',
      role: 'img',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      style: `min-width: ${Math.min(width, Math.max(560, Math.round(width * LEAST)))}px`
    },
    h('title', {}, titleOf(words, run, found)),
    h('desc', {}, describe(words, run)),
    h('path', { class: 'wfv-edge', d: lines }),
    h('path', { class: 'wfv-head', d: heads }),
    ...boxes.map(box => drawBox(words, box, frames[box.column]))
  );
  return scrolling(words.__('Graph of the workflow'), svg);
}

/** Put what may be too wide into a place that can be scrolled by keyboard too. */
export function scrolling(label: string, inside: Wanted): Wanted {
  return h('div', { class: 'wfv-wide', role: 'group', tabindex: 0, 'aria-label': label }, inside);
}

function titleOf(words: Words, run: Snapshot, found: Graph): string {
  const count = words._n('%1 node', '%1 nodes', run.total, run.total);
  const waves = words._n('%1 wave', '%1 waves', found.waves, found.waves);
  return words.__('%1: %2 in %3', run.workflow || words.__('workflow'), count, waves);
}

function describe(words: Words, run: Snapshot): string {
  return words.__(
    '%1. Arrows lead from a node to what waits for it; the table below lists the nodes.',
    counted(words, run.counts ?? {})
  );
}

/** Make columns as wide as their labels. */
function framesOf(boxes: readonly Box[], columns: number): Frame[] {
  const frames: Frame[] = [];
  let left = 1;
  for (let column = 0; column < Math.max(columns, 1); column++) {
    const inside = boxes.filter(box => box.column === column);
    const label = Math.max(...inside.map(box => [...box.id].length), 3) * LETTER;
    const wide = Math.min(Math.round(label) + SIGN + 10, WIDEST);
    frames.push({ left, wide });
    left += wide + GAP;
  }
  return frames;
}

const middle = (row: number): number => Math.round(row * PITCH) + 1;

/** Lead a line from a box's right edge over its bends to the left edge of another. */
function path(line: readonly number[], frames: readonly Frame[]): string {
  const start = frames[line[0]];
  let x = start.left + start.wide;
  let y = middle(line[1]);
  let text = `M${x} ${y}`;
  for (let place = 2; place < line.length; place += 2) {
    const frame = frames[line[place]];
    const end = place + 2 >= line.length;
    const toY = middle(line[place + 1]);
    text += hop(x, y, frame.left - (end ? 6 : 0), toY);
    text += end ? '' : `h${frame.wide}`;
    x = frame.left + frame.wide;
    y = toY;
  }
  return text;
}

function hop(x: number, y: number, toX: number, toY: number): string {
  const half = Math.round((x + toX) / 2);
  return y === toY ? `H${toX}` : `C${half} ${y} ${half} ${toY} ${toX} ${toY}`;
}

function head(line: readonly number[], frames: readonly Frame[]): string {
  const x = frames[line[line.length - 2]].left;
  return `M${x - 1} ${middle(line[line.length - 1])}l-7-4v8z`;
}

function drawBox(words: Words, box: Box, frame: Frame): Wanted {
  const y = middle(box.row);
  const room = Math.floor((frame.wide - SIGN - 6) / LETTER);
  return h(
    'g',
    { key: box.id, class: `wfv-box wfv-${kindOf(box.state)} wfv-is-${box.state}` },
    h('title', {}, `${box.id}: ${stateWord(words, box.state)}`),
    h('rect', { x: frame.left, y: y - HIGH / 2, width: frame.wide, height: HIGH, rx: 6 }),
    icon(box.state, { x: frame.left + 8, y: y - 8 }),
    h('text', { x: frame.left + SIGN, y: y + 4 }, shortened(box.id, room))
  );
}

/** List the waves in their order, each with its counts. */
function stages(words: Words, found: Graph): Wanted {
  return h(
    'ol',
    { class: 'wfv-waves', 'aria-label': words.__('Waves, in their order') },
    ...(found.stages ?? []).map(stage => drawStage(words, stage))
  );
}

function drawStage(words: Words, stage: WaveBox): Wanted {
  const name =
    stage.first === stage.last
      ? words.__('wave %1', stage.first)
      : words.__('waves %1–%2', stage.first, stage.last);
  const states = ordered(stage.counts);
  return h(
    'li',
    { key: String(stage.first), class: `wfv-wave wfv-${kindOf(stage.state)}` },
    h('span', { class: 'wfv-small' }, name),
    stage.alone
      ? h('span', { class: 'wfv-count' }, icon(stage.state), ` ${shortened(stage.alone, 24)}`)
      : h(
          'span',
          { class: 'wfv-counts' },
          ...states.map(([state, count]) => countOf(words, state, count))
        )
  );
}

/** Write how many nodes have a state, with its sign. */
export function countOf(words: Words, state: string, count: number): Wanted {
  const word = stateWord(words, state);
  return h('span', { key: state, class: 'wfv-count' }, icon(state), ` ${count} ${word}`);
}
