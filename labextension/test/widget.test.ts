import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place, RUN, RUNNING } from './page';
import widget from '../src/widget';

/** A widget's model in memory. */
class Model {
  constructor(private _snapshot: unknown) {}

  listeners = new Set<() => void>();

  get(name: string): unknown {
    return name === 'snapshot' ? this._snapshot : undefined;
  }

  on(event: string, listener: () => void): void {
    assert.equal(event, 'change:snapshot');
    this.listeners.add(listener);
  }

  off(_: string, listener: () => void): void {
    this.listeners.delete(listener);
  }

  set(snapshot: unknown): void {
    this._snapshot = snapshot;
    this.listeners.forEach(listener => listener());
  }
}

test('a widget draws its snapshot, and the next in place, until it goes', () => {
  const el = place();
  const model = new Model(RUNNING);
  const undraw = widget.render({ model, el });
  const name = el.querySelector('.wfv-name');
  assert.match(el.textContent ?? '', /running.*1 done/);
  model.set(RUN);
  assert.equal(el.querySelector('.wfv-name'), name);
  assert.match(el.textContent ?? '', /failed/);
  undraw();
  assert.equal(model.listeners.size, 0);
  assert.equal(el.childNodes.length, 0);
});

test('without a translator numbers and counts are put in', () => {
  const el = place();
  widget.render({ model: new Model({ ...RUN, saved: 60 }), el });
  assert.match(el.textContent ?? '', /reuse saved 1 min/);
  assert.match(el.textContent ?? '', /3 nodes in 3 waves/);
});
