import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place, RUN, RUNNING, words } from './page';
import { RunOutput } from '../src/mime';
import { Updates } from '../src/updates';
import { MIME_TYPE } from '../src/wire';

type Shown = Parameters<RunOutput['renderModel']>[0];

function update(comm_id: string, snapshot: unknown, msg_type = 'comm_msg') {
  return {
    header: { msg_type },
    content: { comm_id, data: { method: 'update', state: { snapshot } } }
  };
}

function bundle(run: unknown, model_id?: string): Shown {
  const view = model_id ? { 'application/vnd.jupyter.widget-view+json': { model_id } } : {};
  return { data: { [MIME_TYPE]: run, ...view } } as unknown as Shown;
}

test('what a kernel tells a widget is drawn by the output that holds it', async () => {
  const updates = new Updates();
  let hear: (sender: unknown, message: ReturnType<typeof update>) => void = () => undefined;
  const connect = (listener: typeof hear) => {
    hear = listener;
  };
  updates.createNew(null, { sessionContext: { iopubMessage: { connect } } } as never);
  const output = new RunOutput(words, null, updates);
  place().appendChild(output.node);
  await output.renderModel(bundle(RUNNING, 'w1'));
  hear(null, update('another', RUN));
  hear(null, update('w1', RUN, 'comm_close'));
  hear(null, { header: { msg_type: 'comm_msg' }, content: { comm_id: 'w1' } } as never);
  assert.match(output.node.textContent ?? '', /running/);
  hear(null, update('w1', RUN));
  assert.match(output.node.textContent ?? '', /failed/);
});

test('an output without a widget, or one that is gone, follows nothing', async () => {
  const updates = new Updates();
  const output = new RunOutput(words, null, updates);
  await output.renderModel(bundle(RUNNING, 'w1'));
  await output.renderModel(bundle(RUNNING));
  updates.hear(update('w1', RUN));
  updates.hear(update('', RUN));
  assert.match(output.node.textContent ?? '', /running/);
  await output.renderModel(bundle(RUNNING, 'w1'));
  output.dispose();
  updates.hear(update('w1', RUN));
  assert.equal(output.node.childNodes.length, 0);
});
