import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { FakeHost, place, RUN, RUNNING, settled, words } from './page';
import { runView } from '../src/run_view';
import type { NodeRow, Snapshot } from '../src/wire';

function show(run: unknown, language = words) {
  const element = place();
  const host = new FakeHost(run, language);
  const undraw = runView(host, element);
  const all = (what: string) => [...element.querySelectorAll(what)];
  const text = (what: string) => all(what).map(found => found.textContent);
  const open = (what: string) => {
    const fold = all(what)[0] as HTMLDetailsElement;
    fold.open = true;
    fold.dispatchEvent(new Event('toggle'));
  };
  return { element, host, undraw, all, text, open };
}

test('a failed run tells everything: state, cause, hint, place, fix, evidence, preview, line', () => {
  const seen = show(RUN).element.textContent ?? '';
  for (const fact of [
    'failed',
    'digest',
    '10 s',
    'reuse saved 2.4 s',
    'b · no userName',
    '→ user_name?',
    'line 7, column 12',
    'TPL02',
    'an edit of the workflow',
    'did not happen',
    'Fix 1',
    'its templates resolve on the stored results',
    'asks before it is applied',
    'equal but for case',
    'a gave user_name',
    '-x: old',
    '+x: new',
    'would send again c',
    '%workflow apply 1',
    '%workflow resume',
    'reused · 3 h ago',
    '2 tries',
    'run r1 · session s1'
  ]) {
    assert.ok(seen.includes(fact), fact);
  }
});

test('states are told by icon and word', () => {
  const { all } = show(RUN);
  for (const cell of all('td.wfv-of-state')) {
    assert.equal(cell.querySelectorAll('svg').length, 1);
    assert.match(cell.textContent ?? '', /\w/);
  }
});

test('the drawing has a title and a description, and a table that says the same', () => {
  const { text, all } = show({
    ...RUN,
    nodes: RUN.nodes?.map(node => ({ ...node, folded: false }))
  });
  assert.deepEqual(text('.wfv-graph > title'), ['digest: 3 nodes in 3 waves']);
  assert.match(text('.wfv-graph > desc')[0] ?? '', /1 reused, 1 failed, 1 skipped/);
  assert.deepEqual(text('.wfv-box > title'), ['a: reused', 'b: failed', 'c: skipped']);
  assert.deepEqual(text('tbody .wfv-id'), ['a', 'b', 'c']);
  assert.equal(all('.wfv-graph')[0].getAttribute('role'), 'img');
});

test('a line over several columns bends where it has to', () => {
  const graph = { ...RUN.graph!, rows: 2, lines: [[0, 0.5, 1, 1.5, 2, 0.5]] };
  const { all } = show({ ...RUN, graph });
  const path = all('.wfv-edge')[0].getAttribute('d') ?? '';
  assert.match(path, /^M\d+ \d+C[\d ]+h\d+C[\d ]+$/);
});

test('many nodes are drawn as waves with counts', () => {
  const stages = [
    { first: 1, last: 2, state: 'failed', counts: { failed: 1, done: 9 } },
    { first: 3, last: 3, state: 'done', counts: { done: 1 }, alone: 'send' }
  ];
  const { text, all } = show({ ...RUN, graph: { columns: 0, rows: 0, waves: 3, stages } });
  assert.equal(all('.wfv-graph').length, 0);
  assert.deepEqual(text('.wfv-wave'), ['waves 1–2 9 done 1 failed', 'wave 3 send']);
});

test('a run without a graph has none', () => {
  assert.equal(show({ ...RUN, graph: null }).all('.wfv-graph, .wfv-waves').length, 0);
  assert.equal(show({ ...RUN, nodes: [] }).all('table').length, 0);
});

test('progress has a role, values and a label while a run goes on, and a sum after', () => {
  const { host, all, text } = show(RUNNING);
  const bar = all('[role=progressbar]')[0];
  assert.equal(bar.getAttribute('aria-valuenow'), '40');
  assert.equal(bar.getAttribute('aria-valuemin'), '0');
  assert.equal(bar.getAttribute('aria-valuemax'), '100');
  assert.equal(bar.getAttribute('aria-label'), 'Progress of the run');
  assert.equal(text('.wfv-time')[0], '10 s of about 20 s');
  assert.ok(text('.wfv-of-note').includes('40 %'));
  host.show(RUN);
  assert.equal(all('[role=progressbar]').length, 0);
  assert.equal(all('.wfv-bar')[0].getAttribute('aria-label'), '1 reused, 1 failed, 1 skipped');
});

test('a run that takes longer than usual says so', () => {
  assert.equal(show({ ...RUNNING, usual: 5 }).text('.wfv-time')[0], '10 s, usually about 5.0 s');
});

test('there is one polite live region, which speaks only when something has happened', () => {
  const { host, text, all } = show(RUNNING);
  assert.equal(all('[role=status]').length, 1);
  const before = text('[role=status]');
  host.show({ ...RUNNING, percent: 60, elapsed: 12 });
  assert.deepEqual(text('[role=status]'), before);
  host.show(RUN);
  assert.deepEqual(text('[role=status]'), ['digest: failed; failed: b']);
});

test('questions are told, to those who listen too', () => {
  const questions = [{ node: 'b', state: 'in_doubt', text: 'was it sent?' }];
  const { text } = show({ ...RUN, state: 'WAITING', failures: [], questions });
  assert.deepEqual(text('.wfv-warn .wfv-cause'), ['b · was it sent?']);
  assert.deepEqual(text('[role=status]'), ['digest: waiting; a person must say: b']);
});

test('a run that waits for another says for whom, to those who listen only when that changes', () => {
  const begun = { ...RUNNING, nodes: [], graph: null, total: 0, owner: 'a kernel' };
  const { host, text, element } = show({ ...begun, doing: '3 of 12 nodes done' });
  assert.match(element.textContent ?? '', /waits for a kernel.*session: 3 of 12 nodes done/);
  assert.deepEqual(text('[role=status]'), ['digest: running; waits for a kernel']);
  host.show({ ...begun, doing: '4 of 12 nodes done, fetch running' });
  assert.match(element.textContent ?? '', /4 of 12 nodes done, fetch running/);
  assert.deepEqual(text('[role=status]'), ['digest: running; waits for a kernel']);
});

test('only where the names of the two sides stand is a line of a diff not marked', () => {
  const diff = '--- x\n+++ y\n-z\n--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new';
  const { text } = show({ ...RUN, fixes: [{ ...RUN.fixes![0], diff }] });
  assert.deepEqual(text('.wfv-diff del'), ['--- x\n', '-z\n', '-old\n']);
  assert.deepEqual(text('.wfv-diff ins'), ['+++ y\n', '+new\n']);
  assert.deepEqual(text('.wfv-diff span'), ['--- a\n', '+++ b\n']);
});

test('focus, opened details and the page stay where they are over an update', () => {
  const { host, all } = show(RUN);
  const button = all('button')[0] as HTMLButtonElement;
  button.focus();
  (all('.wfv-card')[0] as HTMLDetailsElement).open = false;
  host.show({ ...RUN, elapsed: 11, notices: ['one more'] });
  assert.equal(document.activeElement, button);
  assert.equal((all('.wfv-card')[0] as HTMLDetailsElement).open, false);
});

test('a button copies its line, says so, and can be told from the others', async () => {
  const { host, all, text } = show(RUN);
  const [button] = all('button') as HTMLButtonElement[];
  assert.equal(button.getAttribute('aria-label'), 'Copy %workflow apply 1');
  button.click();
  await settled();
  assert.deepEqual(host.copied, ['%workflow apply 1']);
  assert.deepEqual(text('button'), ['Copied', 'Copy']);
  assert.deepEqual(text('[role=status]'), ['Copied: %workflow apply 1']);
});

test('where the browser does not let the page copy, that is said', async () => {
  const { host, all, text } = show(RUN);
  host.refuses = true;
  (all('button')[0] as HTMLButtonElement).click();
  await settled();
  assert.equal(text('button')[0], 'Not allowed');
  assert.match(text('[role=status]')[0] ?? '', /select the line instead/);
});

test('folded rows are made only when somebody looks', () => {
  const { all, text } = show(RUN);
  assert.deepEqual(text('.wfv-id'), ['a', 'b']);
  const fold = all('.wfv-section > .wfv-fold')[0] as HTMLDetailsElement;
  assert.equal(fold.textContent, '1 more: 1 skipped');
  fold.open = true;
  fold.dispatchEvent(new Event('toggle'));
  assert.deepEqual(text('.wfv-id'), ['a', 'b', 'c']);
  fold.open = false;
  fold.dispatchEvent(new Event('toggle'));
  assert.deepEqual(text('.wfv-id'), ['a', 'b']);
});

test('of many failures the first are told in full and the others folded', () => {
  const many = Array.from({ length: 9 }, (_, place) => ({
    ...RUN.failures![0],
    node: `n${place}`
  }));
  const { all, text } = show({ ...RUN, failures: many });
  assert.equal(all('.wfv-note').length, 3);
  assert.ok(text('.wfv-fold > summary').includes('6 more failures'));
});

test('nodes without a row are counted', () => {
  const { text } = show({ ...RUNNING, rest: { pending: 184 } });
  assert.ok(text('p').includes('… and 184 more: 184 pending'));
});

test('logs, results and reasons can be unfolded', () => {
  const why = ['params.url:\n-a\n+b', 'code'];
  const again = 'params.url (+1)';
  const { text, all, open } = show({
    ...RUN,
    nodes: [{ id: 'a', type: 't', state: 'done', logs: ['x', 'y'], gave: '{z}', again, why }]
  });
  assert.match(text('tbody summary').join(), /log · outputs · ran again$/);
  assert.equal(all('tbody pre').length, 0);
  open('tbody details');
  assert.deepEqual(text('tbody pre'), ['x\ny', '{z}', why.join('\n')]);
  assert.match(text('.wfv-of-note').join(), /again: params\.url \(\+1\)/);
});

test('what a node was given is told by what its sources gave, or by its failure', () => {
  const nodes: NodeRow[] = [
    { id: 'a', type: 't', state: 'done', gave: '{x: int}' },
    { id: 'z', type: 't', state: 'done', gave: '{z: int}' },
    { id: 'c', type: 't', state: 'done', after: ['a', 'lost'] },
    { id: 'b', type: 't', state: 'failed', after: ['a'] }
  ];
  const failures = [{ ...RUN.failures![0], inputs: ['text: str', 'to: null'] }];
  const { text, open } = show({ ...RUN, nodes, failures });
  open('tbody tr:nth-child(3) details');
  open('tbody tr:nth-child(4) details');
  assert.deepEqual(text('tbody pre'), ['a: {x: int}', 'text: str\nto: null']);
});

test('what somebody unfolded, and where the focus is, survives the next snapshot', () => {
  const { host, all, open } = show(RUN);
  open('.wfv-of-note details');
  const summary = all('.wfv-of-note summary')[0] as HTMLElement;
  summary.focus();
  host.show({ ...RUN, elapsed: 12, nodes: [...RUN.nodes!].reverse() });
  assert.equal(document.activeElement, summary);
  assert.ok((summary.parentElement as HTMLDetailsElement).open);
  assert.ok(all('.wfv-of-note pre').length > 0);
});

test('of very many nodes the drawing shows signs only, each with its name as a title', () => {
  const boxes = Array.from({ length: 100 }, (_, place) => ({
    id: `n${place}`,
    state: 'done',
    column: Math.floor(place / 10),
    row: (place % 10) + 0.5
  }));
  const lines = [[0, 0.5, 1, 0.5]];
  const { all, text } = show({ ...RUN, graph: { columns: 10, rows: 10, waves: 10, boxes, lines } });
  assert.equal(all('.wfv-box text').length, 0);
  assert.equal(all('.wfv-box .wfv-icon').length, 100);
  assert.equal(text('.wfv-box > title')[99], 'n99: done');
  assert.ok(Number(all('.wfv-graph')[0].getAttribute('width')) < 500);
});

test('applied fixes, problems and remarks are told', () => {
  const { element } = show({
    ...RUN,
    applied: [{ title: 'rename it', code: 'TPL02', by: 'you', diff: '+x', why: 'case' }],
    problems: [
      { severity: 'warning', text: 'unused input' },
      { severity: 'error', text: 'bad' }
    ],
    notices: ['not kept'],
    abstained: ['c: nothing is known'],
    owner: 'another kernel',
    doing: '3 of 12'
  });
  for (const fact of [
    'Fixed: rename it',
    'TPL02 · by you',
    'unused input',
    'bad',
    'not kept',
    'no fix: c: nothing is known',
    'waits for another kernel, who holds this session: 3 of 12'
  ]) {
    assert.ok(element.textContent?.includes(fact), fact);
  }
});

test('long previews name the first nodes and count the others', () => {
  const fix = { ...RUN.fixes![0], preview: [{ verdict: 'reused', nodes: ['a', 'b'], more: 2 }] };
  assert.match(show({ ...RUN, fixes: [fix] }).text('.wfv-preview')[0] ?? '', /a, b … and 2 more/);
});

test('what cannot be drawn is said in words', () => {
  assert.match(show({ ...RUN, version: 2 }).element.textContent ?? '', /later version \(2\)/);
  assert.match(show({}).element.textContent ?? '', /no run to show/);
});

test('an undrawn view leaves nothing behind', () => {
  const { host, element, undraw } = show(RUN);
  assert.equal(host.watching, 1);
  undraw();
  assert.equal(host.watching, 0);
  assert.equal(element.childNodes.length, 0);
});

test('2,000 nodes are drawn in a blink, for most of them are folded', () => {
  const nodes: NodeRow[] = Array.from({ length: 2000 }, (_, place) => ({
    id: `n${place}`,
    type: 't',
    state: 'done',
    folded: place >= 40
  }));
  const { all, host } = show({ ...RUN, nodes });
  assert.equal(all('tbody tr').length, 40);
  const fold = all('.wfv-section > .wfv-fold')[0] as HTMLDetailsElement;
  fold.open = true;
  fold.dispatchEvent(new Event('toggle'));
  assert.equal(all('tbody tr').length, 2000);
  host.show({ ...RUN, nodes: nodes.slice(1) });
  assert.equal(all('tbody tr').length, 1999);
});

test('every word of our own goes through the translator', () => {
  const language = { __: () => '§', _n: () => '§' };
  const { element } = show(RUN, language);
  const own =
    /\b(failed|reused|skipped|node|time|note|state|copy|fix|category|effect|saved|run)\b/i;
  const walker = document.createTreeWalker(element, 4);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    assert.doesNotMatch(text.nodeValue ?? '', own);
  }
});

const EVIL = '<img src=x onerror=alert(1)>"\'&</td></svg><script>alert(2)</script>';
const SCHEMA = join(process.cwd(), '..', 'wfrepair_magic', 'wire', 'run.schema.json');

interface Schema {
  type?: string;
  $ref?: string;
  anyOf?: Schema[];
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
}

/** Make a value of a schema, with hostile text wherever text may stand. */
function hostile(schema: Schema, all: Record<string, Schema>): unknown {
  const meant = schema.$ref ? all[schema.$ref.split('/').pop()!] : (schema.anyOf?.[0] ?? schema);
  if (meant !== schema) {
    return hostile(meant, all);
  }
  switch (schema.type) {
    case 'array':
      return [hostile(schema.items!, all)];
    case 'object': {
      const entries = Object.entries(schema.properties ?? {});
      const made = entries.map(([name, part]) => [name, hostile(part, all)]);
      return entries.length ? Object.fromEntries(made) : { [EVIL]: 1 };
    }
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return false;
  }
  return EVIL;
}

test('hostile text in every field that the schema knows is shown as text', () => {
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf-8'));
  const evil = hostile(schema.$defs.Snapshot, schema.$defs) as Snapshot;
  const graph = {
    ...evil.graph!,
    columns: 1,
    boxes: [{ id: EVIL, state: EVIL, column: 0, row: 1 }]
  };
  const drawn = { ...graph, lines: [[0, 1, 0, 1]] };
  for (const run of [
    { ...evil, graph: drawn },
    { ...evil, graph: { ...graph, boxes: [] } }
  ]) {
    const { all, element } = show(run);
    assert.ok(element.textContent?.includes(EVIL));
    assert.equal(all('img, script, iframe, a, [src], [href]').length, 0);
    for (const found of all('*')) {
      assert.ok(!found.getAttributeNames().some(name => name.startsWith('on')));
    }
  }
});

test('places of several problems stand below each other, and what is code is drawn so', () => {
  const failure = { ...RUN.failures![0], places: ['line 1: no `x`', 'line 2: no `y`'] };
  const { all, text } = show({ ...RUN, failures: [failure] });
  assert.deepEqual(text('.wfv-facts dd:first-of-type > span').slice(0, 2), [
    'line 1: no x',
    'line 2: no y'
  ]);
  assert.equal(all('.wfv-facts code').length, 2);
});

test('why there is no repair stands above the graph', () => {
  const { all } = show({ ...RUN, abstained: ['c: nothing is known'] });
  const told = all('.wfv-small').find(found => found.textContent?.startsWith('no fix: '))!;
  const graph = all('.wfv-section')[0];
  assert.ok(told.compareDocumentPosition(graph) & Node.DOCUMENT_POSITION_FOLLOWING);
});
