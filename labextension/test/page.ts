/** A page in memory, a host that tests steer, and a run to show. */

import { JSDOM } from 'jsdom';

import { read, type Reading } from '../src/model';
import type { Actions, Outcome, RunHost, Words } from '../src/tokens';
import type { FixCard, Question, Snapshot } from '../src/wire';

const dom = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true });
const names = [
  'window',
  'document',
  'Node',
  'Element',
  'HTMLElement',
  'Event',
  'MouseEvent',
  'navigator',
  'KeyboardEvent'
];
const browser = dom.window as unknown as Record<string, unknown>;
for (const name of names) {
  Object.defineProperty(globalThis, name, { value: browser[name], configurable: true });
}
// What the widget library asks for when it is loaded, and jsdom does not have.
Object.defineProperty(globalThis, 'DragEvent', { value: browser.MouseEvent, configurable: true });

/** English, with the numbers put in: what JupyterLab's translator does without a catalogue. */
export const words: Words = {
  __: (text, ...args) => text.replace(/%(\d)/g, (_, place) => String(args[Number(place) - 1])),
  _n: (one, many, count, ...args) => words.__(count === 1 ? one : many, ...args)
};

/** A host whose snapshot tests set, and which remembers what was copied. */
export class FakeHost implements RunHost {
  constructor(
    run: unknown,
    readonly words: Words
  ) {
    this.reading = read(run);
  }

  reading: Reading;
  actions: Actions | null = null;
  copied: string[] = [];
  refuses = false;
  watching = 0;

  watch(listener: () => void): () => void {
    this._listener = listener;
    this.watching += 1;
    return () => {
      this.watching -= 1;
    };
  }

  async copy(text: string): Promise<void> {
    if (this.refuses) {
      throw new Error('not here');
    }
    this.copied.push(text);
  }

  show(run: unknown): void {
    this.reading = read(run);
    this._listener();
  }

  private _listener: () => void = () => undefined;
}

/** Actions that write down what they were asked for; `end` says what comes of each. */
export class FakeActions implements Actions {
  constructor(readonly end: () => Promise<Outcome>) {}

  asked: string[] = [];

  apply = (_: Snapshot, fix: FixCard, without: ReadonlySet<string>) =>
    this._ask('apply', fix.number, ...without);
  insert = (_: Snapshot, fix: FixCard, without: ReadonlySet<string>) =>
    this._ask('insert', fix.number, ...without);
  edit = (_: Snapshot, fix: FixCard, without: ReadonlySet<string>) =>
    this._ask('edit', fix.number, ...without);
  dismiss = (_: Snapshot, fix: FixCard) => this._ask('dismiss', fix.number);
  stop = () => this._ask('stop');
  resolve = (_: Snapshot, { node }: Question, verdict: string) =>
    this._ask('resolve', node, verdict);

  private _ask(...what: unknown[]): Promise<Outcome> {
    this.asked.push(what.join(' '));
    return this.end();
  }
}

/** Give an element on the page. */
export function place(): HTMLElement {
  document.body.replaceChildren();
  const element = document.createElement('div');
  document.body.appendChild(element);
  return element;
}

/** Wait until what was promised has been done. */
export const settled = () => new Promise(resolve => setTimeout(resolve, 0));

export const RUN: Snapshot = {
  version: 1,
  run: 'r1',
  workflow: 'digest',
  session: 's1',
  state: 'FAILED',
  at: 110,
  elapsed: 10.4,
  percent: 100,
  done: 1,
  total: 3,
  finished: true,
  saved: 2.4,
  counts: { failed: 1, reused: 1, skipped: 1 },
  graph: {
    columns: 3,
    rows: 1,
    waves: 3,
    boxes: [
      { id: 'a', state: 'reused', column: 0, row: 0.5 },
      { id: 'b', state: 'failed', column: 1, row: 0.5 },
      { id: 'c', state: 'skipped', column: 2, row: 0.5 }
    ],
    lines: [
      [0, 0.5, 1, 0.5],
      [1, 0.5, 2, 0.5]
    ]
  },
  nodes: [
    { id: 'a', type: 'value', state: 'reused', age: 11000, saved: 2.4, gave: '{x: int}' },
    { id: 'b', type: 'shell', state: 'failed', attempts: 2, seconds: 0.63, logs: ['one', 'two'] },
    { id: 'c', type: 'shell', state: 'skipped', message: 'upstream failed', folded: true }
  ],
  failures: [
    {
      node: 'b',
      code: 'TPL02',
      cause: 'no `userName`',
      category: 'template',
      helps: 'change',
      effect: 'no',
      hint: '`user_name`?',
      places: ['line 7, column 12'],
      detail: 'at templates.resolve'
    }
  ],
  fixes: [
    {
      number: 1,
      title: 'rename `userName`',
      code: 'TPL02',
      level: 'ASK',
      origin: 'rule',
      rung: 'V2',
      diff: '@@ -1 +1 @@\n-x: old\n+x: new',
      why: 'equal but for case',
      evidence: ['a gave user_name'],
      preview: [
        { verdict: 'reused', nodes: ['a'] },
        { verdict: 'would send again', nodes: ['c'] }
      ],
      line: '%workflow apply 1'
    }
  ],
  ways: ['%workflow resume']
};

/** The text of a workflow in which two nodes are wrong, and a repair of both. */
export const SOURCE = 'nodes:\n  - {id: a, x: old}\n  - {id: b, x: old}\n';
export const MENDED = 'nodes:\n  - {id: a, x: new}\n  - {id: b, x: new}\n';
export const REPAIRABLE: Snapshot = {
  ...RUN,
  source: SOURCE,
  cell: { id: 'c1', head: '%%workflow digest', digest: '' },
  fixes: [
    {
      ...RUN.fixes![0],
      dismiss: '%workflow dismiss 1',
      comment: ['# repaired: rename (TPL02)\n'],
      edits: [
        { node: 'a', line: 2, gone: 1, lines: ['  - {id: a, x: new}\n'] },
        { node: 'b', line: 3, gone: 1, lines: ['  - {id: b, x: new}\n'] }
      ]
    }
  ]
};

/** A run that asks whether two effects happened. */
export const ASKING: Snapshot = {
  ...REPAIRABLE,
  state: 'WAITING',
  failures: [],
  fixes: [],
  questions: [
    { node: 'a', state: 'in_doubt', text: 'was `a` sent?' },
    { node: 'b', state: 'in_doubt', text: 'was `b` sent?' }
  ]
};

export const RUNNING: Snapshot = {
  ...RUN,
  state: 'RUNNING',
  finished: false,
  percent: 40,
  usual: 20,
  counts: { running: 1, pending: 1, done: 1 },
  nodes: [
    { id: 'a', type: 'value', state: 'done', attempts: 1, seconds: 1 },
    { id: 'b', type: 'shell', state: 'running', attempts: 1, seconds: 2.04, fraction: 0.4 },
    { id: 'c', type: 'shell', state: 'pending' }
  ],
  failures: [],
  fixes: [],
  ways: []
};
