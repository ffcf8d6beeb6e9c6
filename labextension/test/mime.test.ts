import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place, RUN, RUNNING, words } from './page';
import { RANK, runOutputs } from '../src/mime';
import { MIME_TYPE } from '../src/wire';

function output() {
  const factory = runOutputs(words);
  const made = factory.createRenderer({} as Parameters<typeof factory.createRenderer>[0]);
  place().appendChild(made.node);
  return made;
}

function model(run: unknown) {
  return {
    trusted: false,
    data: { [MIME_TYPE]: run },
    metadata: {},
    setData: () => undefined
  } as unknown as Parameters<ReturnType<typeof output>['renderModel']>[0];
}

test('reports are rendered before widgets and HTML, in notebooks that are not trusted too', () => {
  const factory = runOutputs(words);
  assert.equal(factory.safe, true);
  assert.deepEqual(factory.mimeTypes, [MIME_TYPE]);
  assert.ok(RANK < -10);
});

test('an update redraws the report in place', async () => {
  const made = output();
  await made.renderModel(model(RUNNING));
  const name = made.node.querySelector('.wfv-name');
  await made.renderModel(model(RUN));
  assert.equal(made.node.querySelector('.wfv-name'), name);
  assert.match(made.node.textContent ?? '', /failed/);
});

test('an output that is thrown away can be thrown away twice', async () => {
  const made = output();
  await made.renderModel(model(RUN));
  made.dispose();
  made.dispose();
  assert.equal(made.node.childNodes.length, 0);
});
