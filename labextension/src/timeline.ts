/** When each node ran: a bar for each try, a mark for a reuse; drawn where a reader asks for it. */

import { h, type Child, type Wanted } from './dom';
import type { Folds } from './folds';
import { scrolling } from './graph';
import { icon } from './icons';
import type { Words } from './tokens';
import type { NodeRow, Snapshot } from './wire';
import { duration, kindOf, stateWord } from './words';

/** So many nodes are drawn; of more, those that took longest. */
const MOST = 200;
/** So many rows stand below each other before they are scrolled. */
const ROOM = 30;
/** An axis has at most so many steps. */
const STEPS = 5;
/** Steps that people count in, in seconds; shorter and longer ones are tens of 1, 2 and 5. */
const MINUTES = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];
/** A bar is never thinner than this share of the axis, in percent. */
const LEAST = 0.3;

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Axis {
  readonly seconds: number;
  readonly step: number;
}

/** Offer the timeline of a run; nothing where no times are known, as under way. */
export function timeline(words: Words, run: Snapshot, folds: Folds): Child {
  const timed = (run.nodes ?? []).filter(node => node.spans?.length);
  return (
    timed.length > 0 &&
    h(
      'div',
      { role: 'group', key: 'timeline', class: 'wfv-section', 'aria-label': words.__('Timeline') },
      folds.fold('timeline', words.__('Timeline'), () => [chart(words, run, timed)])
    )
  );
}

function chart(words: Words, run: Snapshot, timed: readonly NodeRow[]): Wanted {
  const nodes = chosen(timed);
  const ends = nodes.map(node => spansOf(node)[spansOf(node).length - 1].to);
  const seconds = Math.max(run.elapsed, ...ends) || 1;
  const axis = { seconds, step: stepOf(seconds) };
  const left = timed.length - nodes.length;
  const table = h(
    'table',
    {
      class: 'wfv-table wfv-times',
      role: 'table',
      'aria-label': words.__('Timeline'),
      style: `--step: ${(100 * axis.step) / seconds}%`
    },
    heads(words, axis),
    h('tbody', { role: 'rowgroup' }, ...nodes.map(node => row(words, node, axis)))
  );
  return h(
    'div',
    {},
    nodes.length > ROOM ? scrolling(words.__('Timeline'), table) : table,
    left > 0 &&
      h(
        'p',
        { class: 'wfv-small' },
        words.__('The %1 that took longest; %2 others are not drawn.', nodes.length, left)
      )
  );
}

/** Choose the nodes that took longest, where they are too many, and sort them by their start. */
function chosen(timed: readonly NodeRow[]): NodeRow[] {
  const took = (node: NodeRow) => spansOf(node).reduce((sum, { from, to }) => sum + to - from, 0);
  const longest = [...timed].sort((one, other) => took(other) - took(one)).slice(0, MOST);
  const places = new Map(timed.map((node, place) => [node, place]));
  const start = (node: NodeRow) => spansOf(node)[0].from;
  return longest.sort(
    (one, other) => start(one) - start(other) || places.get(one)! - places.get(other)!
  );
}

function spansOf(node: NodeRow): Span[] {
  const times = node.spans ?? [];
  return times
    .filter((_, place) => place % 2 === 0)
    .map((from, place) => ({ from, to: Math.max(times[2 * place + 1] ?? from, from) }));
}

/** Choose a step of which at most `STEPS` fit. */
function stepOf(seconds: number): number {
  const least = seconds / STEPS;
  const ten = 10 ** Math.floor(Math.log10(least));
  const found = seconds > 40 ? MINUTES.find(step => step >= least) : undefined;
  return found ?? [1, 2, 5, 10].map(part => part * ten).find(step => step >= least * 0.999)!;
}

function heads(words: Words, axis: Axis): Wanted {
  const cell = { scope: 'col', role: 'columnheader' };
  const ticks = Array.from({ length: Math.floor(axis.seconds / axis.step) + 1 }, (_, place) => {
    const at = place * axis.step;
    const style = `left: ${(100 * at) / axis.seconds}%`;
    return h('span', { key: String(place), style }, duration(words, at));
  });
  return h(
    'thead',
    { role: 'rowgroup' },
    h(
      'tr',
      { role: 'row' },
      h('th', { ...cell, class: 'wfv-of-node' }, words.__('Node')),
      h('th', { ...cell, class: 'wfv-of-time' }, words.__('From')),
      h('th', { ...cell, class: 'wfv-of-time' }, words.__('Took')),
      h(
        'th',
        { ...cell, class: 'wfv-of-track' },
        h('span', { class: 'wfv-hidden' }, words.__('Course')),
        h('div', { class: 'wfv-ticks', 'aria-hidden': 'true' }, ...ticks)
      )
    )
  );
}

function row(words: Words, node: NodeRow, axis: Axis): Wanted {
  const spans = spansOf(node);
  const took = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  const short = node.state === 'reused' ? stateWord(words, node.state) : words.__('under 1 ms');
  return h(
    'tr',
    { key: node.id, role: 'row' },
    h(
      'th',
      { scope: 'row', role: 'rowheader', class: 'wfv-of-node' },
      icon(node.state),
      h('span', { class: 'wfv-id' }, ` ${node.id}`)
    ),
    h('td', { role: 'cell', class: 'wfv-of-time' }, duration(words, spans[0].from)),
    h('td', { role: 'cell', class: 'wfv-of-time' }, took > 0 ? duration(words, took) : short),
    h(
      'td',
      { role: 'cell', class: 'wfv-of-track' },
      h('div', { class: 'wfv-track' }, ...marks(words, node, spans, axis))
    )
  );
}

/** Draw each try; those before the last have failed, for else there were no other. */
function marks(words: Words, node: NodeRow, spans: readonly Span[], axis: Axis): Wanted[] {
  const share = (seconds: number) => (100 * seconds) / axis.seconds;
  return spans.map(({ from, to }, place) => {
    const last = place === spans.length - 1;
    const state = last ? node.state : 'failed';
    const left = `left: ${share(from).toFixed(2)}%`;
    const told = words.__('%1 to %2', duration(words, from), duration(words, to));
    const said = spans.length > 1 ? words.__('try %1: %2', place + 1, told) : told;
    const kind = `wfv-${kindOf(state)} wfv-is-${state}`;
    return from === to
      ? h('span', { key: String(place), class: `wfv-moment ${kind}`, style: left, title: said })
      : h('span', {
          key: String(place),
          class: `wfv-span ${kind}${last ? '' : ' wfv-earlier'}`,
          style: `${left}; width: ${Math.max(share(to - from), LEAST).toFixed(2)}%`,
          title: said
        });
  });
}
