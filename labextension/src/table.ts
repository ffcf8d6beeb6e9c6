/** The table of the nodes: the first rows at once, the others where a reader unfolds them. */

import { h, prose, type Child, type Wanted } from './dom';
import type { Folds } from './folds';
import { icon } from './icons';
import type { Words } from './tokens';
import type { NodeRow, Snapshot } from './wire';
import { ago, counted, duration, kindOf, stateWord } from './words';

/** Draw the table of a run's nodes. */
export function table(words: Words, run: Snapshot, folds: Folds): Wanted | null {
  const nodes = run.nodes ?? [];
  if (!nodes.length) {
    return null;
  }
  const shown = nodes.filter(node => !node.folded);
  return h(
    'div',
    { role: 'group', key: 'nodes', class: 'wfv-section', 'aria-label': words.__('Nodes') },
    rows(words, shown, words.__('Nodes')),
    others(
      words,
      nodes.filter(node => node.folded),
      folds
    ),
    more(words, run.rest ?? {})
  );
}

function others(words: Words, folded: readonly NodeRow[], folds: Folds): Child {
  if (!folded.length) {
    return null;
  }
  const counts: Record<string, number> = {};
  for (const node of folded) {
    counts[node.state] = (counts[node.state] ?? 0) + 1;
  }
  const summary = words.__('%1 more: %2', folded.length, counted(words, counts));
  return folds.fold('others', summary, () => [rows(words, folded, words.__('The other nodes'))]);
}

function more(words: Words, rest: Readonly<Record<string, number>>): Child {
  const count = Object.values(rest).reduce((sum, part) => sum + part, 0);
  return (
    count > 0 &&
    h('p', { class: 'wfv-small' }, words.__('… and %1 more: %2', count, counted(words, rest)))
  );
}

function rows(words: Words, nodes: readonly NodeRow[], label: string): Wanted {
  const heads: [string, string][] = [
    [words.__('State'), 'wfv-of-state'],
    [words.__('Node'), 'wfv-of-node'],
    [words.__('Time'), 'wfv-of-time'],
    [words.__('Note'), 'wfv-of-note']
  ];
  return h(
    'table',
    { class: 'wfv-table', role: 'table', 'aria-label': label },
    h(
      'thead',
      { role: 'rowgroup' },
      h(
        'tr',
        { role: 'row' },
        ...heads.map(([name, kind]) =>
          h('th', { scope: 'col', role: 'columnheader', class: kind }, name)
        )
      )
    ),
    h('tbody', { role: 'rowgroup' }, ...nodes.map(node => row(words, node)))
  );
}

function row(words: Words, node: NodeRow): Wanted {
  const cell = { role: 'cell' };
  return h(
    'tr',
    { key: node.id, role: 'row', class: `wfv-is-${node.state}` },
    h(
      'td',
      { ...cell, class: 'wfv-of-state' },
      h(
        'span',
        { class: `wfv-count wfv-${kindOf(node.state)}` },
        icon(node.state),
        state(words, node)
      )
    ),
    h(
      'th',
      { scope: 'row', role: 'rowheader', class: 'wfv-of-node', title: node.purpose || undefined },
      h('span', { class: 'wfv-id' }, node.id),
      h('span', { class: 'wfv-small' }, node.type)
    ),
    h('td', { ...cell, class: 'wfv-of-time' }, took(words, node)),
    h('td', { ...cell, class: 'wfv-of-note' }, ...note(words, node))
  );
}

/** Write a state; the age of a reused result stands with it. */
function state(words: Words, node: NodeRow): string {
  const word = stateWord(words, node.state);
  const age = node.age;
  return age === undefined || age === null ? ` ${word}` : ` ${word} · ${ago(words, age)}`;
}

function took(words: Words, node: NodeRow): string {
  const seconds = node.seconds ?? 0;
  const tenths = node.state === 'running' ? Math.round(seconds * 10) / 10 : seconds;
  return node.attempts && tenths ? duration(words, tenths) : '';
}

function note(words: Words, node: NodeRow): Child[] {
  const told = [
    node.state === 'running' && typeof node.fraction === 'number'
      ? `${Math.floor(node.fraction * 100)} %`
      : '',
    node.saved ? words.__('saved %1', duration(words, node.saved)) : '',
    node.message ?? '',
    node.action ? `→ ${node.action}` : '',
    node.handled ? words.__('(handled)') : '',
    (node.attempts ?? 0) > 1 ? words.__('%1 tries', node.attempts) : '',
    node.again ? words.__('again: %1', node.again) : ''
  ].filter(Boolean);
  return [...prose(told.join(' · ')), details(words, node)];
}

/** Fold away what is long: what the node said, gave, and why it ran again. */
function details(words: Words, node: NodeRow): Child {
  const parts: [string, string][] = [
    [words.__('log'), (node.logs ?? []).join('\n')],
    [words.__('gave'), node.gave ?? ''],
    [words.__('ran again'), (node.why ?? []).join('\n')]
  ];
  const there = parts.filter(([, text]) => text);
  return (
    there.length > 0 &&
    h(
      'details',
      { key: 'details', class: 'wfv-more' },
      h('summary', {}, there.map(([label]) => label).join(' · ')),
      ...there.map(([label, text]) =>
        h('div', { key: label }, h('div', { class: 'wfv-small' }, label), h('pre', {}, text))
      )
    )
  );
}
