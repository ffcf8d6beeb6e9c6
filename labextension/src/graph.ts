/** The drawing of what waits for what: each node by itself, or waves with counts if too many. */

import { bar } from './bar';
import { h, type Wanted } from './dom';
import { icon } from './icons';
import type { Words } from './tokens';
import type { Box, Graph, Snapshot, WaveBox } from './wire';
import { counted, kindOf, ordered, shortened, stateWord } from './words';

const WIDEST = 190;
const SIGN = 30;
const LETTER = 7.2;
/** How far a drawing may shrink before it has to be scrolled. */
const LEAST = 0.72;
/** Above so many nodes, or wider than so many pixels, a drawing shows signs only. */
const LABELLED = 60;
const WIDE = 1800;

/** The sizes of a drawing in pixels; without labels a box has room for its sign. */
interface Sizes {
  readonly labels: boolean;
  readonly gap: number;
  readonly pitch: number;
  readonly high: number;
}

const LARGE: Sizes = { labels: true, gap: 36, pitch: 38, high: 28 };
const SMALL: Sizes = { labels: false, gap: 22, pitch: 26, high: 22 };

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
  const large = framesOf(boxes, found.columns, LARGE);
  const sizes = boxes.length > LABELLED || widthOf(large) > WIDE ? SMALL : LARGE;
  const frames = sizes.labels ? large : framesOf(boxes, found.columns, sizes);
  const width = widthOf(frames);
  const height = Math.round(found.rows * sizes.pitch) + 2;
  const lines = (found.lines ?? []).map(line => path(line, frames, sizes)).join('');
  const heads = [...new Set((found.lines ?? []).map(line => head(line, frames, sizes)))].join('');
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
    ...boxes.map(box => drawBox(words, box, frames[box.column], sizes))
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
function framesOf(boxes: readonly Box[], columns: number, sizes: Sizes): Frame[] {
  const frames: Frame[] = [];
  let left = 1;
  for (let column = 0; column < Math.max(columns, 1); column++) {
    const wide = sizes.labels ? labelled(boxes, column) : sizes.high;
    frames.push({ left, wide });
    left += wide + sizes.gap;
  }
  return frames;
}

function labelled(boxes: readonly Box[], column: number): number {
  const inside = boxes.filter(box => box.column === column);
  const label = Math.max(...inside.map(box => [...box.id].length), 3) * LETTER;
  return Math.min(Math.round(label) + SIGN + 10, WIDEST);
}

function widthOf(frames: readonly Frame[]): number {
  const last = frames[frames.length - 1];
  return last.left + last.wide + 1;
}

const middle = (row: number, sizes: Sizes): number => Math.round(row * sizes.pitch) + 1;

/** Lead a line from a box's right edge over its bends to the left edge of another. */
function path(line: readonly number[], frames: readonly Frame[], sizes: Sizes): string {
  const start = frames[line[0]];
  let x = start.left + start.wide;
  let y = middle(line[1], sizes);
  let text = `M${x} ${y}`;
  for (let place = 2; place < line.length; place += 2) {
    const frame = frames[line[place]];
    const end = place + 2 >= line.length;
    const toY = middle(line[place + 1], sizes);
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

function head(line: readonly number[], frames: readonly Frame[], sizes: Sizes): string {
  const x = frames[line[line.length - 2]].left;
  const y = middle(line[line.length - 1], sizes);
  return sizes.labels ? `M${x - 1} ${y}l-7-4v8z` : `M${x - 1} ${y}l-5-3v6z`;
}

function drawBox(words: Words, box: Box, frame: Frame, sizes: Sizes): Wanted {
  const y = middle(box.row, sizes);
  const { high, labels } = sizes;
  const room = Math.floor((frame.wide - SIGN - 6) / LETTER);
  return h(
    'g',
    { key: box.id, class: `wfv-box wfv-${kindOf(box.state)} wfv-is-${box.state}` },
    h('title', {}, `${box.id}: ${stateWord(words, box.state)}`),
    h('rect', { x: frame.left, y: y - high / 2, width: frame.wide, height: high, rx: 6 }),
    icon(box.state, { x: frame.left + (labels ? 8 : (high - 16) / 2), y: y - 8 }),
    labels && h('text', { x: frame.left + SIGN, y: y + 4 }, shortened(box.id, room))
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
    bar({ 'aria-hidden': 'true' }, stage.counts),
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
