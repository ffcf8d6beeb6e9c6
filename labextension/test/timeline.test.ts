import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FakeHost, place, RUN, RUNNING, words } from './page';
import { runView } from '../src/run_view';
import type { NodeRow } from '../src/wire';

const TRIED: NodeRow = { id: 'b', type: 't', state: 'done', spans: [1, 3, 4, 8], attempts: 2 };
const REUSED: NodeRow = { id: 'a', type: 't', state: 'reused', spans: [0.5, 0.5] };
const SKIPPED: NodeRow = { id: 'c', type: 't', state: 'skipped' };

function show(nodes: readonly NodeRow[], elapsed = 10) {
  const element = place();
  runView(new FakeHost({ ...RUN, elapsed, nodes }, words), element);
  const all = (what: string) => [...element.querySelectorAll<HTMLElement>(what)];
  const fold = all('[aria-label=Timeline] > .wfv-fold')[0] as HTMLDetailsElement | undefined;
  return {
    all,
    fold,
    text: (what: string) => all(what).map(found => found.textContent?.trim()),
    open: () => {
      fold!.open = true;
      fold!.dispatchEvent(new Event('toggle'));
    }
  };
}

test('a timeline is drawn when somebody asks for it', () => {
  const { all, open, text } = show([TRIED, REUSED, SKIPPED]);
  assert.equal(all('.wfv-times').length, 0);
  open();
  assert.deepEqual(text('.wfv-times tbody tr'), ['a0.5 sreused', 'b1.0 s6.0 s']);
  assert.deepEqual(text('.wfv-ticks span'), ['0 s', '2.0 s', '4.0 s', '6.0 s', '8.0 s', '10 s']);
});

test('every try has its bar, one that failed is told apart, and a reuse is a mark', () => {
  const { all, open } = show([TRIED, REUSED]);
  open();
  const bars = all('.wfv-span');
  assert.deepEqual(
    bars.map(bar => bar.getAttribute('style')),
    ['left: 10.00%; width: 20.00%', 'left: 40.00%; width: 40.00%']
  );
  assert.deepEqual(
    bars.map(bar => bar.title),
    ['try 1: 1.0 s to 3.0 s', 'try 2: 4.0 s to 8.0 s']
  );
  assert.ok(bars[0].matches('.wfv-bad.wfv-earlier') && bars[1].matches('.wfv-good'));
  assert.equal(all('.wfv-moment')[0].getAttribute('style'), 'left: 5.00%');
});

test('a run under way, or one whose times nobody knows, has no timeline', () => {
  assert.equal(show(RUNNING.nodes!).fold, undefined);
  assert.equal(show([{ ...REUSED, spans: [] }, SKIPPED]).fold, undefined);
});

test('of very many nodes those that took longest are drawn, in the order of their start', () => {
  const nodes = Array.from({ length: 1000 }, (_, at) => ({
    id: `n${at}`,
    type: 't',
    state: 'done',
    spans: [at, at + (at % 5 === 0 ? 3 : 1)]
  }));
  const { all, open, text } = show(nodes, 1010);
  open();
  assert.equal(all('.wfv-times tbody tr').length, 200);
  assert.deepEqual(text('.wfv-times .wfv-id').slice(0, 3), ['n0', 'n5', 'n10']);
  assert.ok(text('.wfv-small').includes('The 200 that took longest; 800 others are not drawn.'));
  assert.equal(all('.wfv-wide[tabindex="0"] > .wfv-times').length, 1);
});

test('the axis counts as people do, from a blink to days', () => {
  for (const [elapsed, last] of [
    [0.004, '4 ms'],
    [0.09, '80 ms'],
    [50, '50 s'],
    [3600, '1 h'],
    [400000, '4 d']
  ] as const) {
    const { open, text } = show([{ ...REUSED, spans: [0, 0] }], elapsed);
    open();
    const ticks = text('.wfv-ticks span');
    assert.ok(ticks.length >= 2 && ticks.length <= 6, `${elapsed}: ${ticks}`);
    assert.equal(ticks[ticks.length - 1], last);
  }
});

test('times that cannot be are drawn as what can', () => {
  const { all, open } = show(
    [
      { ...REUSED, spans: [4, 3] },
      { ...TRIED, spans: [2] }
    ],
    0
  );
  open();
  assert.equal(all('.wfv-moment').length, 2);
});
