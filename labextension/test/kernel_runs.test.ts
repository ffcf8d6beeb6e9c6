import assert from 'node:assert/strict';
import { test } from 'node:test';

import { words } from './page';
import { Signal } from '@lumino/signaling';
import { Unanswered } from '../src/channel';
import { KernelRuns } from '../src/kernel_runs';
import type { Change } from '../src/runs';
import type { Answer, RunTold } from '../src/wire';

const TOLD = { event: 'run', run: 'r1', workflow: 'w', state: 'RUNNING', percent: 1 } as const;

class FakeChannel {
  isOpen = true;
  asked: unknown[] = [];
  answer: Partial<Answer> = {};
  readonly changed = new Signal<this, void>(this);
  readonly told = new Signal<this, RunTold>(this);

  silence: Unanswered | null = null;

  async ask(asked: unknown): Promise<Answer> {
    this.asked.push(asked);
    if (this.silence) {
      throw this.silence;
    }
    return { id: 1, ok: true, ...this.answer };
  }

  set open(open: boolean) {
    this.isOpen = open;
    this.changed.emit();
  }
}

class FakePanel {
  constructor(readonly name: string) {
    this.context = { path: `work/${name}`, pathChanged: new Signal<object, string>(this) };
  }

  isDisposed = false;
  readonly context;
  readonly sessionContext = new FakeChannel();
  readonly disposed = new Signal<this, void>(this);
}

class FakeTracker {
  panels: FakePanel[] = [];
  currentWidget: FakePanel | null = null;
  readonly widgetAdded = new Signal<this, FakePanel>(this);
  readonly currentChanged = new Signal<this, FakePanel | null>(this);

  forEach(call: (panel: FakePanel) => void): void {
    this.panels.forEach(call);
  }

  bringUp(panel: FakePanel | null): void {
    this.currentWidget = panel;
    if (panel && !this.panels.includes(panel)) {
      this.panels.push(panel);
      this.widgetAdded.emit(panel);
    }
    this.currentChanged.emit(panel);
  }
}

function make() {
  const tracker = new FakeTracker();
  type Given = ConstructorParameters<typeof KernelRuns>;
  const channels = { of: (session: unknown) => session };
  const runs = new KernelRuns(
    tracker as unknown as Given[0],
    channels as unknown as Given[1],
    words
  );
  const heard: Change[] = [];
  runs.watch(change => heard.push(change));
  const toldBy = (panel: FakePanel) =>
    runs.toldBy(panel as unknown as Parameters<typeof runs.toldBy>[0]);
  return { tracker, runs, heard, toldBy };
}

test('the kernel of the notebook in front is asked', async () => {
  const { tracker, runs } = make();
  assert.deepEqual(runs.source, { name: '', here: false });
  const panel = new FakePanel('a.ipynb');
  tracker.bringUp(panel);
  assert.deepEqual(runs.source, { name: 'a.ipynb', here: true });
  panel.sessionContext.answer = { runs: [], effects: [], cache: [], text: 'done' };
  await runs.runs(5);
  await runs.run('r1');
  assert.equal(await runs.obey('%workflow stop'), 'done');
  assert.deepEqual(panel.sessionContext.asked, [
    { ask: 'runs', limit: 5 },
    { ask: 'run', run: 'r1' },
    { ask: 'line', line: '%workflow stop' }
  ]);
});

test('where the notebook in front is silent, the one that answered last goes on answering', () => {
  const { tracker, runs } = make();
  const [one, silent] = [new FakePanel('one.ipynb'), new FakePanel('silent.ipynb')];
  silent.sessionContext.isOpen = false;
  tracker.bringUp(one);
  tracker.bringUp(silent);
  assert.equal(runs.source.name, 'one.ipynb');
  silent.sessionContext.open = true;
  assert.equal(runs.source.name, 'silent.ipynb');
  one.sessionContext.open = false;
  silent.sessionContext.open = false;
  assert.deepEqual(runs.source, { name: 'silent.ipynb', here: false });
});

test('a refusal rejects with its reason', async () => {
  const { tracker, runs } = make();
  await assert.rejects(runs.effects(), /No notebook is open/);
  const panel = new FakePanel('a.ipynb');
  tracker.bringUp(panel);
  panel.sessionContext.answer = { ok: false, text: 'the store is damaged' };
  await assert.rejects(runs.cache(), /the store is damaged/);
  panel.sessionContext.silence = new Unanswered('late');
  await assert.rejects(runs.cache(), /has not answered in time/);
  panel.sessionContext.silence = new Unanswered('closed');
  await assert.rejects(runs.cache(), /no way to the kernel/);
});

test('each notebook keeps what its kernel told; a run under way ends with its kernel', () => {
  const { tracker, heard, toldBy } = make();
  const panel = new FakePanel('a.ipynb');
  tracker.bringUp(panel);
  panel.sessionContext.told.emit(TOLD);
  assert.deepEqual(toldBy(panel), TOLD);
  assert.deepEqual(heard.at(-1), { kind: 'run', told: TOLD });
  panel.sessionContext.open = false;
  assert.equal(toldBy(panel), null);
  assert.deepEqual(heard.at(-1), { kind: 'source' });
});

test('while runs are under way the latest of them is told of, whichever ends first', () => {
  const { tracker, runs, toldBy } = make();
  const panel = new FakePanel('a.ipynb');
  tracker.bringUp(panel);
  const tell = (run: string, rest: Partial<RunTold> = {}) =>
    panel.sessionContext.told.emit({ ...TOLD, run, cell: `cell of ${run}`, ...rest });
  const shown = () => [toldBy(panel)?.run, toldBy(panel)?.state];
  tell('apart');
  tell('here');
  tell('apart', { percent: 50 });
  assert.deepEqual(shown(), ['here', 'RUNNING']);
  assert.equal(runs.cellOf('apart')?.id, 'cell of apart');
  tell('here', { state: 'SUCCESS' });
  assert.deepEqual(shown(), ['apart', 'RUNNING']);
  tell('apart', { state: 'FAILED' });
  assert.deepEqual(shown(), ['apart', 'FAILED']);
  tell('next');
  panel.sessionContext.open = false;
  assert.deepEqual(shown(), ['apart', 'FAILED']);
});
