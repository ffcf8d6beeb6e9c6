import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place, RUN, settled, words } from './page';
import { DOUBT, FakeRuns, line, NOW } from './project';
import { RunsPanel } from '../src/panel';
import { PanelModel } from '../src/panel_model';

const EVIL = '<img src=x onerror=alert(1)><script>alert(2)</script>';

async function open(runs = new FakeRuns(), reveal: (() => void) | null = null) {
  const copied: string[] = [];
  const model = new PanelModel(runs);
  const panel = new RunsPanel(model, itself => ({
    words,
    actions: null,
    get shown() {
      return model.shown;
    },
    get reading() {
      return model.shown.reading;
    },
    copy: async text => void copied.push(text),
    now: () => NOW,
    watch: listener => itself.watch(listener),
    refresh: () => void model.refresh(),
    more: () => void model.more(),
    choose: run => void model.choose(run),
    close: () => model.close(),
    answer: (effect, verdict) => void model.answer(effect, verdict),
    reveal: () => reveal
  }));
  place().appendChild(panel.node);
  model.awake = true;
  await settled();
  const text = () => panel.node.textContent ?? '';
  const button = (word: string) =>
    [...panel.node.querySelectorAll('button')].find(
      found => found.textContent === word || found.getAttribute('aria-label') === word
    )!;
  const rows = () => [...panel.node.querySelectorAll<HTMLElement>('.wfv-row')];
  return { runs, model, panel, text, button, rows, copied };
}

test('without a notebook it says what to do, and what to type first', async () => {
  const runs = new FakeRuns();
  runs.source = { name: '', here: false };
  const { text, button, copied } = await open(runs);
  assert.match(text(), /Open a notebook/);
  button('Copy %load_ext wfrepair_magic').click();
  await settled();
  assert.deepEqual(copied, ['%load_ext wfrepair_magic']);
  assert.match(text(), /Copied/);
});

test('a kernel without the extension is named; one with it and no runs says so', async () => {
  const runs = new FakeRuns();
  runs.source = { name: 'a.ipynb', here: false };
  const silent = await open(runs);
  assert.match(silent.text(), /The kernel of a\.ipynb has not loaded wfrepair_magic/);
  const ready = await open();
  assert.match(ready.text(), /No workflow has run in this project yet/);
  assert.doesNotMatch(ready.text(), /load_ext/);
});

test('runs are told by icon, word, name, age, time, and how their text came to be', async () => {
  const runs = new FakeRuns();
  runs.known = [
    line('r2', 1, { text: 'b', repaired_from: 'a', repairs: ['TPL02'] }),
    line('r1', 3, { text: 'a', state: 'FAILED' })
  ];
  const { rows } = await open(runs);
  assert.deepEqual(
    rows().map(row => row.textContent),
    ['digest1 min ago success2.0 s · repaired: TPL02', 'digest3 min ago failed2.0 s']
  );
  assert.equal(rows()[0].querySelectorAll('svg').length, 1);
});

test('a run under way shows how far it is', async () => {
  const runs = new FakeRuns();
  runs.known = [line('r1', 0, { state: 'RUNNING', took: null })];
  const { rows } = await open(runs);
  runs.tell({ percent: 40 });
  assert.match(rows()[0].textContent ?? '', /running 40 %/);
  assert.ok(rows()[0].querySelector('.wfv-bar'));
});

test('a run is shown in full, and the way back leads to its row', async () => {
  const runs = new FakeRuns();
  runs.known = [line('r2', 1), line('r1', 2)];
  const { panel, rows, button, text } = await open(runs);
  rows()[1].focus();
  rows()[1].click();
  await settled();
  assert.ok(panel.node.querySelector('.wfv-run .wfv-card'));
  assert.match(text(), /run r1 · session s1/);
  assert.equal(document.activeElement, button('‹ All runs'));
  button('‹ All runs').click();
  assert.equal(panel.node.querySelector<HTMLElement>('.wfv-panel-run')?.hidden, true);
  assert.equal((document.activeElement as HTMLElement).dataset.run, 'r1');
});

test('the descent of a run names its repair and leads to the run that failed', async () => {
  const runs = new FakeRuns();
  runs.known = [
    line('r2', 1, { text: 'b', repaired_from: 'a', repairs: ['TPL02'] }),
    line('r1', 3, { text: 'a', state: 'FAILED' })
  ];
  const { panel, rows, model } = await open(runs);
  rows()[0].click();
  await settled();
  const chain = panel.node.querySelector('.wfv-chain')!;
  assert.match(chain.textContent ?? '', /failed.*↓ repaired: TPL02.*success/);
  assert.equal(chain.querySelector('[aria-current]')?.textContent, rows()[1].textContent);
  rows()[0].click();
  assert.equal(model.shown.chosen, 'r1');
});

test('a cell that holds the report can be gone to', async () => {
  let shown = 0;
  const runs = new FakeRuns();
  runs.known = [line('r1', 1)];
  const { rows, button } = await open(runs, () => void (shown += 1));
  rows()[0].click();
  await settled();
  button('Go to its cell').click();
  assert.equal(shown, 1);
});

test('effects in doubt stand first, and a button answers with the line that says the same', async () => {
  const runs = new FakeRuns();
  runs.known = [line('r1', 1)];
  runs.left = [{ ...DOUBT, node: 'send', doubt: false, words: 'done' }, DOUBT];
  const { panel, button, text } = await open(runs);
  const sections = [...panel.node.querySelectorAll('section, details')];
  assert.equal(sections[0].getAttribute('aria-label'), 'In doubt');
  assert.match(sections[0].textContent ?? '', /mail · was it sent\?/);
  assert.match(text(), /1 effect in doubt/);
  runs.left = runs.left.map(effect => ({ ...effect, doubt: false }));
  button('It was not sent').click();
  await settled();
  assert.ok(runs.asked.includes('%workflow resolve mail not-sent'));
  assert.equal(button('It was sent'), undefined);
  assert.match(text(), /did %workflow resolve mail not-sent/);
});

test('without a kernel what was known stays, says how old it is, and offers nothing to do', async () => {
  const runs = new FakeRuns();
  runs.known = [line('r1', 1)];
  runs.left = [DOUBT];
  const { rows, text, button } = await open(runs);
  runs.source = { name: 'a.ipynb', here: false };
  runs.change({ kind: 'source' });
  assert.equal(rows().length, 1);
  assert.match(text(), /project of a\.ipynb · as of .*, no kernel answers now/);
  assert.equal(button('It was sent'), undefined);
  assert.equal(button('Ask again'), undefined);
});

test('what the store keeps is told as it was found', async () => {
  const runs = new FakeRuns();
  runs.kept = [{ what: 'last 5 runs', found: '3 hits, 1 misses', said: '75% were reused' }];
  const { text } = await open(runs);
  assert.match(text(), /last 5 runs3 hits, 1 misses75% were reused/);
});

test('hostile text in every field is text', async () => {
  const runs = new FakeRuns();
  const evil = { workflow: EVIL, session: EVIL, run: EVIL };
  runs.source = { name: EVIL, here: true };
  runs.known = [
    line(EVIL, 1, { ...evil, state: EVIL, text: 'b', repaired_from: 'a', repairs: [EVIL] }),
    line('r0', 2, { workflow: EVIL, text: 'a' })
  ];
  runs.left = [
    { ...DOUBT, ...evil, node: EVIL, question: EVIL, said: EVIL, words: EVIL, lines: [EVIL, EVIL] },
    { ...DOUBT, ...evil, node: EVIL, doubt: false, words: EVIL, said: EVIL }
  ];
  runs.kept = [{ what: EVIL, found: EVIL, said: EVIL }];
  runs.snapshots = { [EVIL]: { ...RUN, workflow: EVIL, run: EVIL } };
  const { panel, model, text } = await open(runs);
  await model.answer(runs.left[0], 'sent');
  const harmless = () => panel.node.querySelectorAll('img, script').length === 0;
  assert.ok(text().includes(EVIL) && harmless());
  await model.choose(EVIL);
  runs.refusal = EVIL;
  await model.refresh();
  assert.ok(text().includes(EVIL) && harmless());
});

test('a panel that is thrown away can be thrown away twice', async () => {
  const { panel } = await open();
  panel.dispose();
  panel.dispose();
  assert.equal(panel.node.querySelectorAll('button').length, 0);
});
