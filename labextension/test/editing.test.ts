import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HighlightStyle, language, syntaxHighlighting } from '@codemirror/language';
import { forEachDiagnostic } from '@codemirror/lint';
import { Text } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

import { editor, replace } from './editor';
import { editing, type Adviser, type Switch } from '../src/editing';
import { diagnostics } from '../src/lint';
import { placeOf, rangeOf } from '../src/places';
import type { Hover, Mark } from '../src/wire';

const CELL = '%%workflow\nnodes:\n  - {id: a, type: shel, params: {x: "${b.c}"}}\n';
const MARK: Mark = { severity: 'error', code: 'GRF01', message: 'no `shel`', line: 3, column: 19 };

const STYLE = HighlightStyle.define([
  { tag: [tags.attributeName, tags.number], color: 'blue' },
  { tag: tags.string, color: 'red' }
]);

/** A kernel that finds every `shel`, and remembers what it was asked. */
class FakeKernel implements Adviser, Switch {
  asked: string[] = [];
  isOn = true;

  check = async (text: string): Promise<readonly Mark[]> => {
    this.asked.push(text);
    return text.includes('shel,') ? [MARK] : [];
  };

  tell = async (): Promise<Hover | null> => null;

  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  say(): void {
    this.listeners.forEach(listener => listener());
  }

  readonly listeners = new Set<() => void>();
}

function open(doc: string, kernel = new FakeKernel()): [EditorView, FakeKernel] {
  return [editor(doc, [editing(doc, kernel, kernel), syntaxHighlighting(STYLE)]), kernel];
}

const named = (view: EditorView) => view.state.facet(language)?.name ?? '';
const spans = (view: EditorView) =>
  [...view.contentDOM.querySelectorAll('span')].map(span => span.textContent);
const pause = () => new Promise(resolve => setTimeout(resolve, 400));

function marks(view: EditorView): string[] {
  const found: string[] = [];
  forEachDiagnostic(view.state, (each, from, to) =>
    found.push(`${each.severity} ${view.state.sliceDoc(from, to)}`)
  );
  return found;
}

test('help is there while the first line is the magic, at once, and in no other cell', () => {
  const [view] = open('workflow\nnodes: 1');
  assert.equal(named(view), '');
  assert.deepEqual(spans(view), []);
  replace(view, 'workflow', '%%workflow');
  assert.equal(named(view), 'workflow');
  assert.ok(spans(view).includes('nodes'));
  replace(view, '%%workflow', '%%workflows');
  assert.equal(named(view), '');
  assert.deepEqual(spans(view), []);
});

test('an edit above changes what is below', () => {
  const [view] = open('%%workflow\na: |\n  b: c\nd: 1\n');
  assert.ok(!spans(view).includes('b'));
  replace(view, ' |', '');
  assert.ok(spans(view).includes('b'));
  replace(view, 'a:', "a: '");
  assert.ok(!spans(view).includes('b') && !spans(view).includes('1'));
});

test('the setting switches help off and on in cells that are open', () => {
  const [view, kernel] = open(CELL);
  kernel.isOn = false;
  kernel.say();
  assert.equal(named(view), '');
  replace(view, 'nodes', 'node');
  assert.equal(named(view), '');
  kernel.isOn = true;
  kernel.say();
  assert.equal(named(view), 'workflow');
  view.destroy();
  assert.equal(kernel.listeners.size, 0);
});

test('what the check finds is marked at its place until it is mended', async () => {
  const [view, kernel] = open(CELL);
  await pause();
  assert.deepEqual(marks(view), ['error shel']);
  view.dispatch({ selection: { anchor: 3 } });
  await pause();
  assert.equal(kernel.asked.length, 1, 'a move of the cursor is no change');
  replace(view, 'shel', 'shell');
  await pause();
  assert.deepEqual(marks(view), []);
  assert.equal(kernel.asked.length, 2);
  kernel.say();
  await pause();
  assert.equal(kernel.asked.length, 3, 'the kernel may know more');
});

test('marks go with the magic, and an answer that comes later brings none', async () => {
  const [view, kernel] = open(CELL);
  await pause();
  replace(view, '%%', '');
  assert.deepEqual(marks(view), []);
  replace(view, 'workflow', '%%workflow');
  let answer: (marks: Mark[]) => void = () => undefined;
  kernel.check = () => new Promise(resolve => (answer = resolve));
  const [other] = open(CELL, kernel);
  await pause();
  kernel.isOn = false;
  kernel.say();
  answer([MARK]);
  await pause();
  assert.deepEqual(marks(other), []);
});

test('a problem is drawn as text: code, message, hint', () => {
  const doc = Text.of(CELL.split('\n'));
  const evil = { ...MARK, message: '<img onerror>', hint: '<b>', severity: 'warning' as const };
  const [found] = diagnostics(doc, [evil]);
  const drawn = found.renderMessage?.({} as EditorView) as HTMLElement;
  assert.equal(drawn.textContent, 'GRF01 <img onerror><b>');
  assert.equal(drawn.querySelectorAll('img, b').length, 0);
  assert.equal(found.severity, 'warning');
  assert.equal(doc.sliceString(found.from, found.to), 'shel');
});

test('where the length of a problem is not known, the word or the text in quotes is marked', () => {
  const doc = Text.of(['%%workflow', '{"type": "shel \\" lo", \'x y\': shell, []']);
  const marked = (column: number) => {
    const [found] = diagnostics(doc, [{ ...MARK, line: 2, column, length: undefined }]);
    return doc.sliceString(found.from, found.to);
  };
  assert.deepEqual([10, 24, 31, 38].map(marked), ['"shel \\" lo"', "'x y'", 'shell', '[']);
});

test('a problem whose place has gone is marked where the text ends', () => {
  const doc = Text.of(['%%workflow', 'a']);
  for (const line of [0, 1, 2, 9]) {
    const [found] = diagnostics(doc, [{ ...MARK, line, column: 99, length: 9 }]);
    assert.ok(found.from <= found.to && found.to <= doc.length);
  }
});

test('places count from 1', () => {
  const doc = Text.of(['ab', '\u{1f600}c: d']);
  const at = doc.toString().indexOf('c:');
  const place = placeOf(doc, at);
  assert.equal(place.line, 2);
  assert.deepEqual(rangeOf(doc, place, 1), { from: at, to: at + 1 });
  assert.deepEqual(placeOf(doc, 0), { line: 1, column: 1 });
});
