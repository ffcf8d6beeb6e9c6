import assert from 'node:assert/strict';
import { test } from 'node:test';

import { settled } from './page';
import { DOUBT, FakeRuns, line } from './project';
import { PanelModel } from '../src/panel_model';
import type { Outcome } from '../src/tokens';

async function awake(runs = new FakeRuns()) {
  const model = new PanelModel(runs);
  model.awake = true;
  await settled();
  return { runs, model };
}

test('nothing is asked while nobody looks', async () => {
  const runs = new FakeRuns();
  const model = new PanelModel(runs);
  runs.tell({ state: 'SUCCESS' });
  await settled();
  assert.deepEqual(runs.asked, []);
  model.awake = true;
  await settled();
  assert.deepEqual(runs.asked, ['runs 50', 'effects', 'cache']);
});

test('nobody is asked where no kernel answers, and it is asked once one does', async () => {
  const runs = new FakeRuns();
  runs.source = { name: '', here: false };
  const { model } = await awake(runs);
  assert.deepEqual(runs.asked, []);
  runs.source = { name: 'a.ipynb', here: true };
  runs.change({ kind: 'source' });
  await settled();
  assert.equal(model.shown.from, 'a.ipynb');
});

test('a run that begins or ends is news, its percents are not', async () => {
  const { runs, model } = await awake();
  runs.known = [line('r1', 0, { state: 'RUNNING' })];
  runs.asked = [];
  runs.tell({ percent: 10 });
  await settled();
  runs.tell({ percent: 20 });
  await settled();
  assert.equal(runs.asked.filter(asked => asked.startsWith('runs')).length, 1);
  assert.equal(model.shown.percents.r1, 20);
  runs.tell({ state: 'FAILED', percent: 100 });
  assert.equal(model.shown.runs?.[0].state, 'FAILED');
  await settled();
  assert.equal(runs.asked.filter(asked => asked.startsWith('runs')).length, 2);
});

test('the run that is looked at is asked for again as it goes on', async () => {
  const { runs, model } = await awake();
  runs.tell({ percent: 10 });
  await model.choose('r1');
  runs.asked = [];
  runs.tell({ percent: 20 });
  await settled();
  assert.deepEqual(runs.asked, ['run r1']);
});

test('a kernel that is busy is not asked again for each percent', async () => {
  const { runs, model } = await awake();
  runs.tell({});
  await settled();
  runs.slow = true;
  void model.choose('r1');
  runs.asked = [];
  runs.tell({ percent: 20 });
  runs.tell({ percent: 30 });
  assert.deepEqual(runs.asked, []);
  runs.slow = false;
  runs.release();
  await settled();
  assert.equal(model.shown.reading.kind, 'run');
});

test('an answer that comes when another run is looked at is let go', async () => {
  const { runs, model } = await awake();
  runs.slow = true;
  void model.choose('r1');
  void model.choose('r2');
  model.close();
  runs.release();
  await settled();
  assert.equal(model.shown.chosen, '');
  assert.equal(model.shown.reading.kind, 'nothing');
});

test('a refusal is told, and what was known stays', async () => {
  const { runs, model } = await awake();
  runs.known = [line('r1', 1)];
  await model.refresh();
  runs.refusal = 'the store is damaged';
  await model.refresh();
  assert.equal(model.shown.trouble, 'the store is damaged');
  assert.equal(model.shown.runs?.length, 1);
  runs.refusal = '';
  await model.refresh();
  assert.equal(model.shown.trouble, '');
});

test('a kernel that went away is no trouble: what was known stays', async () => {
  const { runs, model } = await awake();
  runs.known = [line('r2', 0, { state: 'RUNNING', here: true }), line('r1', 1)];
  await model.refresh();
  runs.source = { name: 'a.ipynb', here: false };
  runs.refusal = 'no channel';
  runs.change({ kind: 'source' });
  await settled();
  assert.equal(model.shown.trouble, '');
  assert.deepEqual(
    model.shown.runs?.map(run => run.state),
    ['UNFINISHED', 'SUCCESS']
  );
});

test('an answer to a doubt is obeyed, told, and the effects are asked for again', async () => {
  const runs = new FakeRuns();
  runs.left = [DOUBT];
  const { model } = await awake(runs);
  runs.left = [{ ...DOUBT, doubt: false }];
  await model.answer(DOUBT, 'sent');
  assert.equal(model.shown.said, 'did %workflow resolve mail sent');
  assert.equal(model.shown.effects[0].doubt, false);
});

test('where a notebook asks the answer is given there, once; else by its line', async () => {
  const { runs, model } = await awake();
  runs.asked = [];
  let outcome: Outcome = { done: true, text: 'Noted; the run goes on.' };
  let given = 0;
  const resolve = async () => {
    given += 1;
    return outcome;
  };
  await Promise.all([model.answer(DOUBT, 'sent', resolve), model.answer(DOUBT, 'sent', resolve)]);
  assert.deepEqual([given, model.shown.said], [1, 'Noted; the run goes on.']);
  assert.deepEqual(runs.asked, ['runs 50', 'effects', 'cache']);
  outcome = { done: false, text: 'There is no kernel to tell.' };
  await model.answer(DOUBT, 'not-sent', resolve);
  assert.equal(model.shown.said, 'did %workflow resolve mail not-sent');
});

test('more runs are asked for on demand', async () => {
  const runs = new FakeRuns();
  runs.known = Array.from({ length: 60 }, (_, age) => line(`r${age}`, age));
  const { model } = await awake(runs);
  assert.equal(model.shown.more, true);
  await model.more();
  assert.equal(model.shown.runs?.length, 60);
  assert.equal(model.shown.more, false);
});

test('as time goes on it asks while another process runs something, and then no more', async () => {
  const { runs, model } = await awake();
  runs.known = [line('r1', 0, { state: 'RUNNING' })];
  await model.refresh();
  runs.asked = [];
  runs.known = [line('r1', 0)];
  model.tick();
  await settled();
  model.tick();
  await settled();
  assert.equal(runs.asked.filter(asked => asked.startsWith('runs')).length, 1);
});

test('a model that is thrown away tells nobody', async () => {
  const { runs, model } = await awake();
  model.watch(() => assert.fail());
  model.dispose();
  runs.change({ kind: 'source' });
});
