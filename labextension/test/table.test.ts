import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place, words } from './page';
import { draw } from '../src/dom';
import { Folds } from '../src/folds';
import { RUN } from './page';
import { table } from '../src/table';
import type { NodeRow } from '../src/wire';

/** Draw a row and give the text of its cells: state, node, time, note. */
function cells(node: Partial<NodeRow>): string[] {
  const element = place();
  const nodes = [{ id: 'a', type: 'shell', state: 'done', ...node }];
  draw(element, [table(words, { ...RUN, nodes }, new Folds(() => undefined))]);
  return [...element.querySelectorAll('tbody td, tbody th')].map(cell => cell.textContent ?? '');
}

test('a row tells state, node with its type, time and note', () => {
  assert.deepEqual(cells({ attempts: 1, seconds: 0.5, message: 'sent `x`' }), [
    ' done',
    'ashell',
    '0.5 s',
    'sent x'
  ]);
});

test('a reused result tells its age and what it spared, and no time of its own', () => {
  assert.deepEqual(cells({ state: 'reused', age: 130, saved: 2 }), [
    ' reused · 2 min ago',
    'ashell',
    '',
    'saved 2.0 s'
  ]);
});

test('a running node counts in tenths of seconds and tells how far it is', () => {
  const running = { state: 'running', attempts: 1, seconds: 2.04, fraction: 0.456 };
  assert.deepEqual(cells(running).slice(2), ['2.0 s', '45 %']);
  assert.deepEqual(cells({ ...running, fraction: null }).slice(2), ['2.0 s', '']);
});

test('actions, handled failures and tries are noted', () => {
  assert.equal(cells({ action: 'retry_later' })[3], '→ retry_later');
  assert.equal(
    cells({ state: 'failed', message: 'exit 3', handled: true })[3],
    'exit 3 · (handled)'
  );
  assert.equal(cells({ attempts: 3 })[3], '3 tries');
  assert.equal(cells({ again: 'params.n: 1 → 5' })[3], 'again: params.n: 1 → 5');
});

test('every cell says what it is, for the rows are no table rows on a narrow page', () => {
  const element = place();
  draw(element, [table(words, RUN, new Folds(() => undefined))]);
  const roles = (what: string) =>
    [...element.querySelectorAll(what)].map(found => found.getAttribute('role'));
  assert.deepEqual(new Set(roles('td')), new Set(['cell']));
  assert.deepEqual(new Set(roles('tbody th')), new Set(['rowheader']));
  assert.deepEqual(new Set(roles('thead th')), new Set(['columnheader']));
  assert.deepEqual(new Set(roles('tr')), new Set(['row']));
});
