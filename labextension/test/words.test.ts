import assert from 'node:assert/strict';
import { test } from 'node:test';

import { words } from './page';
import {
  ago,
  counted,
  duration,
  effectWord,
  helpWord,
  kindOf,
  levelWord,
  ordered,
  rungWord,
  shortened,
  stateWord,
  verdictWord
} from '../src/words';

test('lengths of time have two figures that matter, as in the text form', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [0.0004, 'under 1 ms'],
    [0.04, '40 ms'],
    [1.24, '1.2 s'],
    [12.4, '12 s'],
    [60, '1 min'],
    [200, '3 min 20 s'],
    [3600, '1 h'],
    [5400, '1 h 30 min'],
    [90000, '1 d 1 h']
  ];
  for (const [seconds, text] of cases) {
    assert.equal(duration(words, seconds), text);
  }
});

test('ages are told in one unit', () => {
  assert.deepEqual(
    [2, 40, 90, 11000, 200000].map(seconds => ago(words, seconds)),
    ['just now', '40 s ago', '1 min ago', '3 h ago', '2 d ago']
  );
});

test('states have a word and a colour, and unknown ones are shown as they are', () => {
  const states = ['', 'pending', 'running', 'done', 'reused', 'failed', 'skipped', 'cancelled'];
  assert.deepEqual(
    states.map(state => stateWord(words, state)),
    ['starting', ...states.slice(1)]
  );
  assert.equal(stateWord(words, 'in_doubt'), 'in doubt');
  assert.equal(stateWord(words, 'WAITING'), 'waiting');
  assert.equal(stateWord(words, 'SUCCESS'), 'success');
  assert.equal(stateWord(words, 'DEGRADED'), 'degraded');
  assert.equal(stateWord(words, 'of_tomorrow'), 'of tomorrow');
  assert.deepEqual(['done', 'FAILED', 'running', 'in_doubt', 'odd'].map(kindOf), [
    'good',
    'bad',
    'busy',
    'warn',
    'calm'
  ]);
});

test('counts stand in one order, whatever order a file gave them', () => {
  const counts = { skipped: 1, odd: 2, done: 3, failed: 0 };
  assert.deepEqual(ordered(counts), [
    ['done', 3],
    ['skipped', 1],
    ['odd', 2]
  ]);
  assert.equal(counted(words, counts), '3 done, 1 skipped, 2 odd');
});

test('what helps, what happened, what was checked and what would be done have words', () => {
  assert.equal(helpWord(words, 'change'), 'an edit of the workflow');
  assert.equal(helpWord(words, 'wait'), 'time: it may pass by itself');
  assert.equal(helpWord(words, 'human'), 'a person');
  assert.equal(helpWord(words, 'nothing'), 'nothing that is known');
  assert.deepEqual(
    ['no', 'yes', 'reported', 'in_doubt'].map(effect => effectWord(words, effect)),
    ['did not happen', 'happened', 'the node says that it failed', 'in doubt']
  );
  assert.equal(new Set(['V0', 'V1', 'V2', 'V3', 'V4'].map(rung => rungWord(words, rung))).size, 5);
  assert.equal(rungWord(words, 'V9'), 'V9');
  assert.equal(new Set(['SHOW', 'ASK', 'SAFE'].map(level => levelWord(words, level))).size, 3);
  assert.equal(levelWord(words, 'odd'), 'odd');
});

test('verdicts of a preview are told in words', () => {
  const verdicts = ['reused', 'runs', 'would send', 'would send again', 'would resend'];
  for (const verdict of [...verdicts, 'would verify', 'in doubt', 'failed', 'odd']) {
    assert.equal(verdictWord(words, verdict), verdict);
  }
});

test('long names lose their middle', () => {
  assert.equal(shortened('abc', 3), 'abc');
  assert.equal(shortened('abcdefghij', 5), 'ab…ij');
  assert.equal(shortened('abcdefghij', 1), '…');
});
