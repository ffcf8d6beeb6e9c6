/** The table of the nodes: the first rows at once, the others where a reader unfolds them. */

import { h, prose, type Child, type Wanted } from './dom';
import type { Folds } from './folds';
import { icon } from './icons';
import type { Words } from './tokens';
import type { NodeRow, Snapshot } from './wire';
import { ago, counted, duration, kindOf, stateWord } from './words';

/** What all rows of a table share. */
interface Told {
  readonly words: Words;
  readonly run: Snapshot;
  readonly folds: Folds;
}

/** Draw the table of a run's nodes. */
export function table(words: Words, run: Snapshot, folds: Folds): Wanted | null {
  const nodes = run.nodes ?? [];
  if (!nodes.length) {
    return null;
  }
  const shown = nodes.filter(node => !node.folded);
  const told = { words, run, folds };
  return h(
    'div',
    { role: 'group', key: 'nodes', class: 'wfv-section', 'aria-label': words.__('Nodes') },
    rows(shown, words.__('Nodes'), told),
    others(
      nodes.filter(node => node.folded),
      told
    ),
    more(words, run.rest ?? {})
  );
}

function others(folded: readonly NodeRow[], told: Told): Child {
  const { words, folds } = told;
  if (!folded.length) {
    return null;
  }
  const counts: Record<string, number> = {};
  for (const node of folded) {
    counts[node.state] = (counts[node.state] ?? 0) + 1;
  }
  const summary = words.__('%1 more: %2', folded.length, counted(words, counts));
  return folds.fold('others', summary, () => [rows(folded, words.__('The other nodes'), told)]);
}

function more(words: Words, rest: Readonly<Record<string, number>>): Child {
  const count = Object.values(rest).reduce((sum, part) => sum + part, 0);
  return (
    count > 0 &&
    h(
      'p',
      { class: 'wfv-small wfv-others' },
      words.__('… and %1 more: %2', count, counted(words, rest))
    )
  );
}

function rows(nodes: readonly NodeRow[], label: string, told: Told): Wanted {
  const { words } = told;
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
    h('tbody', { role: 'rowgroup' }, ...nodes.map(node => row(node, told)))
  );
}

function row(node: NodeRow, told: Told): Wanted {
  const { words, folds } = told;
  const cell = { role: 'cell' };
  const isOpen = folds.isOpen(foldOf(node));
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
    h('td', { ...cell, class: `wfv-of-note${isOpen ? ' wfv-open' : ''}` }, ...note(node, told))
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

/** Say what there is to say of a node; what is long is folded away behind that. */
function note(node: NodeRow, told: Told): Child[] {
  const { words, folds } = told;
  const text = [part(node), ...prose(sentence(words, node))];
  const more = details(node, told).filter(([, lines]) => lines);
  if (!more.length) {
    return text;
  }
  const labels = more.map(([label]) => label).join(' · ');
  const summary = [
    text.some(Boolean) && h('span', { class: 'wfv-says' }, ...text, ' '),
    h('span', { class: 'wfv-small' }, labels)
  ];
  const alone = more.length === 1;
  return [folds.fold(foldOf(node), summary, () => more.map(part => unfolded(part, alone)))];
}

/** Name the part of a node's row that can be unfolded. */
function foldOf(node: NodeRow): string {
  return `node ${node.id}`;
}

/** Draw how far a running node says that it is. */
function part(node: NodeRow): Child {
  if (node.state !== 'running' || typeof node.fraction !== 'number') {
    return null;
  }
  const inside = h('span', { style: `width: ${100 * node.fraction}%` });
  return h('span', { key: 'part', class: 'wfv-share', 'aria-hidden': 'true' }, inside);
}

function sentence(words: Words, node: NodeRow): string {
  const said = [
    node.state === 'running' && typeof node.fraction === 'number'
      ? `${Math.floor(node.fraction * 100)} %`
      : '',
    node.saved ? words.__('saved %1', duration(words, node.saved)) : '',
    node.message ?? '',
    node.action ? `→ ${node.action}` : '',
    node.handled ? words.__('(handled)') : '',
    (node.attempts ?? 0) > 1 ? words.__('%1 tries', node.attempts) : '',
    node.again ? words.__('again: %1', node.again) : ''
  ];
  return said.filter(Boolean).join(' · ');
}

/** Give what is long: what a node said, what it was given and gave, and why it ran again. */
function details(node: NodeRow, { words, run }: Told): [string, string][] {
  return [
    [words.__('log'), (node.logs ?? []).join('\n')],
    [words.__('inputs'), inputs(node, run)],
    [words.__('outputs'), node.gave ?? ''],
    [words.__('ran again'), (node.why ?? []).join('\n')]
  ];
}

/** Give the shapes of a node's inputs: its own where it failed, else what its sources gave. */
function inputs(node: NodeRow, run: Snapshot): string {
  const failures = node.state === 'failed' ? (run.failures ?? []) : [];
  const own = failures.find(failure => failure.node === node.id)?.inputs ?? [];
  if (own.length || !node.after) {
    return own.join('\n');
  }
  const sources = (run.nodes ?? []).filter(row => row.gave && node.after?.includes(row.id));
  return sources.map(row => `${row.id}: ${row.gave}`).join('\n');
}

function unfolded([label, text]: [string, string], alone: boolean): Wanted {
  const head = !alone && h('div', { class: 'wfv-small' }, label);
  return h('div', { key: label }, head, h('pre', {}, text));
}
