import assert from 'node:assert/strict';
import { test } from 'node:test';

import { MENDED, REPAIRABLE, SOURCE } from './page';
import { canRepair, edited, nodesOf, repairedCell } from '../src/repaired';

const [FIX] = REPAIRABLE.fixes!;
const NONE = new Set<string>();

test('a new cell holds the line that goes on, what was repaired, and the repaired text', () => {
  assert.equal(
    repairedCell(REPAIRABLE, FIX, NONE),
    `%%workflow digest\n# repaired: rename (TPL02)\n${MENDED}`
  );
});

test('the comment of an earlier repair makes room', () => {
  const edits = FIX.edits!.map(edit => ({ ...edit, line: edit.line + 1 }));
  const run = { ...REPAIRABLE, source: `# repaired: x (Y)\n${SOURCE}` };
  assert.equal(
    repairedCell(run, { ...FIX, edits }, NONE),
    `%%workflow digest\n# repaired: rename (TPL02)\n${MENDED}`
  );
});

test('the part of a node that is left out stays as it was, and the comment names the others', () => {
  const text = repairedCell(REPAIRABLE, FIX, new Set(['b']));
  const [, comment, ...body] = text.split('\n');
  assert.equal(comment, '# repaired: rename `userName`: a (TPL02)');
  assert.equal(body.join('\n'), SOURCE.replace('a, x: old', 'a, x: new'));
});

test('a change that belongs to no node goes in with every choice', () => {
  const edits = [...FIX.edits!, { node: '', line: 1, gone: 1, lines: ['steps:\n'] }];
  const all = edits.sort((one, other) => one.line - other.line);
  assert.deepEqual(nodesOf({ ...FIX, edits: all }), ['a', 'b']);
  assert.match(repairedCell(REPAIRABLE, { ...FIX, edits: all }, new Set(['a', 'b'])), /steps:/);
});

test('in JSON there is no comment, and a long one is cut', () => {
  const bare = { ...FIX, comment: [] };
  assert.doesNotMatch(repairedCell(REPAIRABLE, bare, new Set(['b'])), /#/);
  const long = { ...FIX, title: 'x'.repeat(300) };
  assert.equal(repairedCell(REPAIRABLE, long, new Set(['b'])).split('\n')[1].length, 99);
});

test('edits count the lines of the text as it was, whatever its newlines', () => {
  const cases: [string, [number, number, string[]][], string][] = [
    ['a\nb\nc', [[3, 1, ['C']]], 'a\nb\nC'],
    ['a\nb\n', [[3, 0, ['c\n']]], 'a\nb\nc\n'],
    ['', [[1, 0, ['a']]], 'a'],
    ['a\r\nb\r\n', [[2, 1, []]], 'a\r\n'],
    [
      'a\nb\nc\n',
      [
        [1, 0, ['0\n']],
        [2, 1, ['B\n', 'B\n']],
        [3, 1, []]
      ],
      '0\na\nB\nB\n'
    ],
    ['a\u2028b\n', [[2, 0, ['c']]], 'a\u2028b\nc']
  ];
  for (const [before, edits, after] of cases) {
    const all = edits.map(([line, gone, lines]) => ({ node: '', line, gone, lines }));
    assert.equal(edited(before, all), after);
  }
});

test('only a report that holds cell, text and edits can be made a cell of', () => {
  assert.ok(canRepair(REPAIRABLE, FIX));
  assert.ok(!canRepair({ ...REPAIRABLE, cell: null }, FIX));
  assert.ok(!canRepair({ ...REPAIRABLE, source: undefined }, FIX));
  assert.ok(!canRepair(REPAIRABLE, { ...FIX, edits: [] }));
});

test('a head that is more than a magic line makes no cell: anybody may have saved the report', () => {
  const cell = REPAIRABLE.cell!;
  for (const head of ['%%workflow', '%%workflow digest --input x=1']) {
    assert.ok(canRepair({ ...REPAIRABLE, cell: { ...cell, head } }, FIX));
  }
  for (const head of ['', '!ls', '%%workflowish', '%%workflow x\nimport os', ' %%workflow']) {
    assert.equal(canRepair({ ...REPAIRABLE, cell: { ...cell, head } }, FIX), false);
  }
});
