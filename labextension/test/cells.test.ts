import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import './page';
import { YNotebook } from '@jupyter/ydoc';
import { canBeEdited, insertBelow, isUnchanged, placeOf, replace } from '../src/cells';
import { sha256 } from '../src/sha256';

const open: YNotebook[] = [];

afterEach(() => open.splice(0).forEach(made => made.dispose()));

/** A notebook of code cells with these texts, which are their ids too. */
function notebook(...texts: string[]): YNotebook {
  const made = YNotebook.create({ disableDocumentWideUndoRedo: true }) as YNotebook;
  made.insertCells(
    0,
    texts.map(source => ({ cell_type: 'code', source, id: source }))
  );
  made.clearUndoHistory();
  open.push(made);
  return made;
}

const texts = (made: YNotebook) => made.cells.map(cell => cell.getSource());

test('a cell is found by its id, wherever it was moved', () => {
  const made = notebook('a', 'b', 'c');
  assert.equal(placeOf(made, 'c'), 2);
  made.moveCell(2, 0);
  assert.equal(placeOf(made, 'c'), 0);
  assert.equal(placeOf(made, 'x'), -1);
});

test('a cell is inserted below another, and one undo takes it away', () => {
  const made = notebook('a', 'b');
  assert.equal(insertBelow(made, 0, 'new'), 1);
  assert.deepEqual(texts(made), ['a', 'new', 'b']);
  assert.equal(made.getCell(1).cell_type, 'code');
  made.undo();
  assert.deepEqual(texts(made), ['a', 'b']);
  assert.equal(made.canUndo(), false);
});

test('a new cell has the ends of lines that editors count with, and others are told', () => {
  const made = notebook('a\r\nb', 'b');
  insertBelow(made, 0, 'x\r\ny\rz\n');
  assert.deepEqual(texts(made), ['a\r\nb', 'x\ny\nz\n', 'b']);
  assert.deepEqual(
    [0, 1, 2].map(place => canBeEdited(made, place)),
    [false, true, true]
  );
});

test('one undo gives a replaced text back', () => {
  const made = notebook('%%workflow\nx: old\ny: 1\n');
  assert.equal(replace(made, 0, '%%workflow\nx: new and longer\ny: 1\n'), 14);
  assert.deepEqual(texts(made), ['%%workflow\nx: new and longer\ny: 1\n']);
  made.getCell(0).undo();
  assert.deepEqual(texts(made), ['%%workflow\nx: old\ny: 1\n']);
  assert.equal(made.getCell(0).canUndo(), false);
});

test('only what differs is written, and no letter is cut in two', () => {
  const cases = ['', 'a', 'aa', 'aaa', 'aba', '😀', '😁', 'x😀y', 'x😁y', '😀😀', '\ud83e\udc00'];
  for (const before of cases) {
    for (const after of cases) {
      const made = notebook(before);
      const changed: unknown[] = [];
      made.getCell(0).changed.connect((_, change) => changed.push(change.sourceChange));
      replace(made, 0, after);
      assert.deepEqual(texts(made), [after]);
      assert.doesNotMatch(JSON.stringify(changed), /\\ud[89a-f]/);
    }
  }
});

test('a cell is unchanged as long as its text has the digest', () => {
  const made = notebook('a');
  assert.ok(isUnchanged(made, 0, sha256('a')));
  made.getCell(0).setSource('b');
  assert.ok(!isUnchanged(made, 0, sha256('a')));
});
