import assert from 'node:assert/strict';
import { test } from 'node:test';

import { lineage, needed, shortChain, steps } from '../src/runs';
import { DOUBT, line } from './project';

const FIRST = line('r1', 40, { text: 't1', state: 'FAILED' });
const MENDED = line('r2', 30, { text: 't2', repaired_from: 't1', repairs: ['TPL02'] });
const AGAIN = line('r3', 20, { text: 't2', repaired_from: 't1', repairs: ['TPL02'] });
const EDITED = line('r4', 10, { text: 't3' });
const OTHER = line('x1', 25, { workflow: 'other', text: 't2' });
const ALL = [EDITED, AGAIN, OTHER, MENDED, FIRST];

test('each run comes from one of its text, else of the text repaired, else from the last', () => {
  const told = steps(ALL).map(({ run, from, how }) => [run.run, from?.run, how]);
  assert.deepEqual(told, [
    ['r4', 'r3', 'edited'],
    ['r3', 'r2', 'same'],
    ['x1', undefined, 'first'],
    ['r2', 'r1', 'repaired'],
    ['r1', undefined, 'first']
  ]);
});

test('a run that repaired itself tells so, though nothing ran before it', () => {
  const alone = line('r1', 5, { text: 't2', repaired_from: 't1', repairs: ['A', 'B'] });
  assert.equal(steps([alone])[0].how, 'repaired');
});

test('a lineage leads from the first run over the chosen one to what came from it', () => {
  assert.deepEqual(
    lineage(ALL, 'r1').map(step => step.run.run),
    ['r1', 'r2', 'r3', 'r4']
  );
  assert.deepEqual(
    lineage(ALL, 'r3').map(step => step.run.run),
    ['r1', 'r2', 'r3', 'r4']
  );
  assert.deepEqual(lineage(ALL, 'nobody'), []);
});

test('runs of one text are told as a number, but for the first, the last and the chosen one', () => {
  const many = [9, 8, 7, 6, 5].map(age => line(`m${age}`, age, { text: 't3' }));
  const chain = lineage([...many.reverse(), ...ALL], 'm7');
  const links = shortChain(chain, 'm7').map(link => [link.run.run, link.left]);
  assert.equal(
    chain.length,
    links.reduce((sum, [, left]) => sum + 1 + Number(left), 0)
  );
  assert.ok(links.some(([run]) => run === 'm7'));
});

test('effects in doubt come first, then the latest', () => {
  const old = { ...DOUBT, node: 'old', doubt: false, began: 1 };
  const young = { ...DOUBT, node: 'young', doubt: false, began: 9_999 };
  assert.deepEqual(
    needed([old, young, DOUBT]).map(effect => effect.node),
    ['mail', 'young', 'old']
  );
});
