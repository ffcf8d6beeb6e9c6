import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeActions, place, REPAIRABLE, RUN, RUNNING, words } from './page';
import { RANK, runOutputs } from '../src/mime';
import { MIME_TYPE } from '../src/wire';

function output() {
  const actions = new FakeActions(async () => ({ done: true, text: '' }));
  const factory = runOutputs(words, () => actions);
  const made = factory.createRenderer({} as Parameters<typeof factory.createRenderer>[0]);
  place().appendChild(made.node);
  return made;
}

function model(run: unknown, trusted = true) {
  return {
    trusted,
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

test('a report that its reader does not trust has lines to copy, and no buttons that act', async () => {
  const made = output();
  const labels = () => [...made.node.querySelectorAll('button')].map(found => found.textContent);
  await made.renderModel(model(REPAIRABLE, false));
  assert.deepEqual(new Set(labels()), new Set(['Copy']));
  assert.match(made.node.textContent ?? '', /not trusted: run the cell/);
  await made.renderModel(model(REPAIRABLE));
  assert.ok(labels().includes('Apply & run'));
  assert.doesNotMatch(made.node.textContent ?? '', /not trusted/);
});

test('a saved report says no style of its own', async () => {
  const made = output();
  const evil = '1; background: url(http://127.0.0.1/x)';
  const counts = { failed: evil, pending: evil };
  const stages = [{ first: 1, last: 1, state: 'failed', counts }];
  const graph = { columns: 0, rows: 0, waves: 1, stages };
  await made.renderModel(model({ ...RUN, counts, graph }));
  const styles = [...made.node.querySelectorAll('[style]')].map(found =>
    found.getAttribute('style')
  );
  assert.ok(styles.length > 0);
  assert.ok(!styles.some(style => style?.includes('url')));
});
