import assert from 'node:assert/strict';
import { test } from 'node:test';

import { RUN } from './page';
import { read, RunModel } from '../src/model';

test('a snapshot is read as it is', () => {
  assert.deepEqual(read(RUN), { kind: 'run', run: RUN });
});

test('what a later version made is told, not guessed at', () => {
  assert.deepEqual(read({ ...RUN, version: 2 }), { kind: 'later', version: 2 });
});

test('what is no snapshot is nothing, and nothing is thrown', () => {
  const { state: _, ...stateless } = RUN;
  for (const data of [null, undefined, 1, 'x', [], {}, { version: 1 }, stateless]) {
    assert.deepEqual(read(data), { kind: 'nothing' });
  }
  assert.deepEqual(read({ ...RUN, percent: '40' }), { kind: 'nothing' });
});

test('whoever watches hears of every snapshot until it stops', () => {
  const model = new RunModel();
  const heard: string[] = [];
  const end = model.watch(() => heard.push(model.reading.kind));
  model.set(RUN);
  model.set({ ...RUN, version: 9 });
  end();
  model.set(RUN);
  assert.deepEqual(heard, ['run', 'later']);
});
