import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { ASKING, MENDED, REPAIRABLE, RUNNING, settled, SOURCE, words } from './page';
import { YNotebook } from '@jupyter/ydoc';
import { SheetActions, type Sheet } from '../src/actions';
import { Unanswered } from '../src/channel';
import { sha256 } from '../src/sha256';
import type { Answer, EffectLine, Snapshot } from '../src/wire';

const NONE = new Set<string>();
const [FIX] = REPAIRABLE.fixes!;
const CELL = `%%workflow digest\n${SOURCE}`;
const RAN = { ...REPAIRABLE, cell: { ...REPAIRABLE.cell!, digest: sha256(CELL) } };
const ASKED = { ...ASKING, cell: RAN.cell };

/** A notebook on a page that writes down what happens to it. */
class FakeSheet {
  constructor() {
    this.notebook = YNotebook.create({ disableDocumentWideUndoRedo: true }) as YNotebook;
    const cells = ['%load_ext wfrepair_magic', CELL, '1 + 1'];
    this.notebook.insertCells(
      0,
      cells.map((source, place) => ({ cell_type: 'code', source, id: `c${place}` }))
    );
  }

  readonly notebook: YNotebook;
  readOnly = false;
  here = -1;
  running = false;
  reaches = true;
  open = true;
  effects: Partial<EffectLine>[] = [];
  heard: string[] = [];
  did: string[] = [];
  answer: () => Promise<Partial<Answer>> = async () => ({ ok: true, text: 'noted\n' });
  kernel: object | null = {
    requestExecute: ({ code, silent }: { code: string; silent: boolean }) => {
      assert.ok(silent);
      this.did.push(code.includes('load_extension') ? 'load' : code);
      return { done: Promise.resolve() };
    },
    interrupt: async () => void this.did.push('interrupt')
  };
  channel = {
    isOpen: true,
    wake: async () => (this.channel.isOpen = this.open),
    ask: async ({ ask, line, run }: { ask: string; line: string; run: string }) => {
      if (ask === 'effects') {
        return { ok: true, effects: this.effects };
      }
      this.heard.push(`${line} @ ${run}`);
      return this.answer();
    }
  };
  select = (place: number, offset?: number) =>
    void this.did.push(['select', place, offset].filter(part => part !== undefined).join(' '));
  run = (place: number) => void this.did.push(`run ${place}`);
  isRunning = () => this.running;
  reached = async () => this.reaches;
  shown: Snapshot | null = null;
  latest = (run: Snapshot) => this.shown ?? run;

  get texts() {
    return this.notebook.cells.map(cell => cell.getSource());
  }

  close(later = false) {
    this.channel.isOpen = this.open = false;
    const wake = this.channel.wake;
    this.channel.wake = async () => {
      this.open = later && this.did.includes('load');
      return wake();
    };
  }
}

let sheet: FakeSheet;
let actions: SheetActions;

beforeEach(() => {
  sheet = new FakeSheet();
  actions = new SheetActions(words, () => sheet as unknown as Sheet);
});

afterEach(() => sheet.notebook.dispose());

test('apply puts the repaired text below the cell that ran, and runs it', async () => {
  const outcome = await actions.apply(RAN, FIX, NONE);
  assert.deepEqual(outcome, { done: true, text: 'Runs in a new cell below.' });
  assert.equal(sheet.texts[1], CELL);
  assert.equal(sheet.texts[2], `%%workflow digest\n# repaired: rename (TPL02)\n${MENDED}`);
});

test('the kernel loads the extension before the new cell runs: it may have been restarted', async () => {
  await actions.apply(RAN, FIX, NONE);
  assert.deepEqual(sheet.did, ['select 2', 'load', 'run 2']);
});

test('without a kernel the cell is there and waits for one', async () => {
  sheet.kernel = null;
  assert.match((await actions.apply(RAN, FIX, NONE)).text, /start a kernel/);
  assert.deepEqual(sheet.did, ['select 2']);
});

test('what stands below already is not put there again: it is run or gone to', async () => {
  await actions.insert(RAN, FIX, NONE);
  await actions.insert(RAN, FIX, NONE);
  assert.equal(sheet.texts.length, 4);
  sheet.did = [];
  await actions.apply(RAN, FIX, NONE);
  sheet.running = true;
  assert.ok((await actions.apply(RAN, FIX, NONE)).done);
  assert.deepEqual(sheet.did, ['select 2', 'load', 'run 2', 'select 2']);
  assert.equal(sheet.texts.length, 4);
  await actions.insert(RAN, FIX, new Set(['b']));
  assert.equal(sheet.texts.length, 5);
});

test('a kernel that cannot be reached is not sent the new cell: it would be lost', async () => {
  sheet.reaches = false;
  assert.match((await actions.apply(RAN, FIX, NONE)).text, /when its kernel is there again/);
  assert.equal(sheet.texts.length, 4);
  assert.deepEqual(sheet.did, ['select 2']);
});

test('the new cell is found again when the kernel is there: cells may have moved', async () => {
  let come: (there: boolean) => void = () => undefined;
  sheet.reached = () => new Promise(resolve => (come = resolve));
  const outcome = actions.apply(RAN, FIX, NONE);
  await settled();
  sheet.notebook.moveCell(2, 0);
  come(true);
  await outcome;
  assert.deepEqual(sheet.did, ['select 2', 'load', 'run 0']);
});

test('insert does not run the cell, and leaves out what was not chosen', async () => {
  assert.ok((await actions.insert(RAN, FIX, new Set(['b']))).done);
  assert.match(sheet.texts[2], /x: new\}\n.*x: old\}\n$/);
  assert.deepEqual(sheet.did, ['select 2']);
});

test('a cell of which the id changed is found by the report in its output', async () => {
  const moved = { ...RAN, cell: { ...RAN.cell, id: 'elsewhere' } };
  assert.match((await actions.insert(moved, FIX, NONE)).text, /not in this notebook/);
  sheet.here = 0;
  assert.ok((await actions.insert(moved, FIX, NONE)).done);
  assert.match(sheet.texts[1], /repaired/);
});

test('edit changes the cell itself, in one step, and goes to the place', async () => {
  sheet.notebook.getCell(1).clearUndoHistory();
  assert.ok((await actions.edit(RAN, FIX, NONE)).done);
  assert.match(sheet.texts[1], /x: new\}\n.*x: new\}\n$/);
  assert.deepEqual(sheet.did, [`select 1 ${'%%workflow digest\n'.length}`]);
  sheet.notebook.getCell(1).undo();
  assert.equal(sheet.texts[1], CELL);
});

test('a repair that stands in the cell already is gone to', async () => {
  await actions.edit(RAN, FIX, NONE);
  const text = sheet.texts[1];
  assert.match((await actions.edit(RAN, FIX, NONE)).text, /already/);
  assert.equal(sheet.texts[1], text);
});

test('a copy of the cell is repaired where its report stands', async () => {
  sheet.notebook.insertCell(3, { cell_type: 'code', source: CELL, id: 'copy' });
  sheet.here = 3;
  await actions.insert(RAN, FIX, NONE);
  assert.match(sheet.texts[4], /repaired/);
  await actions.edit(RAN, FIX, NONE);
  assert.match(sheet.texts[3], /repaired/);
  assert.equal(sheet.texts[1], CELL);
});

test('a cell whose lines an editor counts otherwise is left as it is', async () => {
  const text = CELL.replaceAll('\n', '\r\n');
  sheet.notebook.getCell(1).setSource(text);
  const ran = { ...RAN, cell: { ...RAN.cell, digest: sha256(text) } };
  assert.match((await actions.edit(ran, FIX, NONE)).text, /insert a new cell/);
  assert.equal(sheet.texts[1], text);
});

test('edit loses nothing that was written since the run', async () => {
  sheet.notebook.getCell(1).setSource(`${CELL}# mine\n`);
  const outcome = await actions.edit(RAN, FIX, NONE);
  assert.deepEqual(outcome.done, false);
  assert.match(outcome.text, /changed since it ran/);
  assert.equal(sheet.texts[1], `${CELL}# mine\n`);
  const gone = { ...RAN, cell: { ...RAN.cell, id: 'gone' } };
  assert.match((await actions.edit(gone, FIX, NONE)).text, /not here any more/);
});

test('nothing is written where nothing can be, and that is said', async () => {
  const { source: _, ...bare } = RAN;
  for (const verb of ['apply', 'insert', 'edit'] as const) {
    assert.match((await actions[verb](bare, FIX, NONE)).text, /holds no repaired text/);
    sheet.readOnly = true;
    assert.match((await actions[verb](RAN, FIX, NONE)).text, /cannot be changed/);
    sheet.readOnly = false;
    const lost = new SheetActions(words, () => null);
    assert.match((await lost[verb](RAN, FIX, NONE)).text, /not open/);
  }
  assert.equal(sheet.texts.length, 3);
});

test('dismiss tells the kernel, and hides the card where it cannot', async () => {
  assert.deepEqual(await actions.dismiss(RAN, FIX), { done: true, text: 'noted' });
  assert.deepEqual(sheet.heard, ['%workflow dismiss 1 @ r1']);
  sheet.close();
  sheet.kernel = null;
  const outcome = await actions.dismiss(RAN, FIX);
  assert.ok(outcome.done);
  assert.match(outcome.text, /Hidden on this page/);
});

test('stop goes over the channel, and speaks of this run', async () => {
  assert.deepEqual(await actions.stop(RUNNING), { done: true, text: 'noted' });
  assert.deepEqual(sheet.heard, ['%workflow stop @ r1']);
  sheet.answer = async () => ({ ok: false, text: 'no run is under way' });
  assert.deepEqual(await actions.stop(RUNNING), { done: false, text: 'no run is under way' });
  assert.deepEqual(sheet.did, []);
});

test('where nobody answers, stop interrupts the kernel, but not for a run of long ago', async () => {
  sheet.running = true;
  sheet.answer = () => Promise.reject(new Unanswered('late'));
  assert.ok((await actions.stop(RUNNING)).done);
  sheet.close();
  assert.ok((await actions.stop(RUNNING)).done);
  assert.deepEqual(sheet.did, ['interrupt', 'interrupt']);
  sheet.running = false;
  assert.match((await actions.stop(RUNNING)).text, /not under way here/);
  assert.deepEqual(sheet.did, ['interrupt', 'interrupt']);
});

test('an answer to a run under way is told to the kernel, which goes on by itself', async () => {
  const live = { ...RUNNING, questions: ASKED.questions };
  assert.ok((await actions.resolve(live, ASKED.questions![0], 'not-sent')).done);
  assert.deepEqual(sheet.heard, ['%workflow resolve a not-sent --name digest @ r1']);
  assert.deepEqual(sheet.did, []);
});

test('a run that is over goes on in its cell when all questions are answered', async () => {
  const [one, two] = ASKED.questions!;
  assert.equal((await actions.resolve(ASKED, one, 'sent')).text, 'noted');
  assert.deepEqual(sheet.did, []);
  assert.match((await actions.resolve(ASKED, two, 'sent')).text, /goes on/);
  assert.deepEqual(sheet.did, ['load', 'run 1']);
});

test('an answer that a kernel takes only after the cell lets the run go on', async () => {
  const questions = ASKED.questions!.slice(0, 1);
  const live = { ...ASKED, finished: false, questions };
  sheet.shown = { ...ASKED, questions };
  assert.match((await actions.resolve(live, questions[0], 'sent')).text, /goes on/);
  assert.deepEqual(sheet.did, ['load', 'run 1']);
  sheet.shown = { ...ASKED, questions: [] }; // the run under way took it, and ended since
  assert.equal((await actions.resolve(live, questions[0], 'sent')).text, 'noted');
  assert.deepEqual(sheet.did, ['load', 'run 1']);
});

test('a cell that would do other things now is not run by an answer', async () => {
  const alone = { ...ASKED, questions: ASKED.questions!.slice(0, 1) };
  for (const text of [`${CELL}#`, `%%workflow digest --fresh\n${SOURCE}`]) {
    sheet.notebook.getCell(1).setSource(text);
    const cell = { ...ASKED.cell, digest: sha256(text.replace(/#$/, '')) };
    assert.ok((await actions.resolve({ ...alone, cell }, alone.questions[0], 'sent')).done);
  }
  assert.deepEqual(sheet.did, []);
});

test('a kernel that was restarted is made to load the extension, then asked', async () => {
  sheet.close(true);
  const alone = { ...ASKED, questions: ASKED.questions!.slice(0, 1) };
  assert.ok((await actions.resolve(alone, alone.questions[0], 'sent')).done);
  assert.deepEqual(sheet.did, ['load', 'load', 'run 1']);
  assert.deepEqual(sheet.heard, ['%workflow resolve a sent --name digest @ r1']);
});

test('a kernel that never answers is said to be silent, and nothing is run', async () => {
  sheet.close();
  const outcome = await actions.resolve(ASKED, ASKED.questions![0], 'sent');
  assert.deepEqual(outcome, { done: false, text: 'The kernel does not answer.' });
  await settled();
  assert.deepEqual(sheet.did, ['load']);
});

test('a kernel that cannot be reached is said to be away, whatever is asked of it', async () => {
  sheet.close();
  sheet.reaches = false;
  const alone = ASKED.questions![0];
  assert.match((await actions.resolve(ASKED, alone, 'sent')).text, /cannot be reached now/);
  assert.deepEqual(sheet.did, []);
  sheet.running = true;
  sheet.kernel = { interrupt: () => Promise.reject(new TypeError('Failed to fetch')) };
  assert.match((await actions.stop(RUNNING)).text, /cannot be reached now/);
});

test('a question that was answered elsewhere is said to be, and the run goes on', async () => {
  const alone = { ...ASKED, questions: ASKED.questions!.slice(0, 1) };
  const [question] = alone.questions;
  const words = 'a person says that it was sent';
  sheet.answer = async () => ({ ok: false, text: 'not in doubt' });
  const doubt = { session: ASKED.session, node: question.node, words, doubt: true };
  sheet.effects = [{ ...doubt, doubt: false }, doubt, { ...doubt, session: 'x', doubt: false }];
  const refused = await actions.resolve(alone, question, 'not-sent');
  assert.deepEqual(refused, { done: false, text: 'not in doubt' });
  sheet.effects = [{ ...doubt, doubt: false }];
  const under = { ...alone, finished: false };
  assert.match((await actions.resolve(under, question, 'not-sent')).text, new RegExp(words));
  assert.deepEqual(sheet.did, []);
  assert.ok((await actions.resolve(alone, question, 'not-sent')).done);
  assert.deepEqual(sheet.did, ['load', 'run 1']);
  sheet.running = true;
  assert.ok((await actions.resolve(alone, question, 'not-sent')).done);
  assert.deepEqual(sheet.did, ['load', 'run 1']);
});
