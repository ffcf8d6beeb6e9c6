/** Which parts of a repair go in, and which repairs a reader wants to see no more. */

import { active, h, type Child } from './dom';
import { nodesOf } from './repaired';
import type { Words } from './tokens';
import type { FixCard, Snapshot } from './wire';

const ALL: ReadonlySet<string> = new Set();

/** What a reader chose in one view of one run; `changed` is called when that changes. */
export class Choices {
  constructor(changed: () => void) {
    this._changed = changed;
  }

  /** Give the nodes of which a repair leaves out its part. */
  without(fix: FixCard): ReadonlySet<string> {
    return this._without.get(fix.number) ?? ALL;
  }

  /** Tell whether anything of a repair is left. */
  any(fix: FixCard): boolean {
    const nodes = nodesOf(fix);
    return !nodes.length || nodes.some(node => !this.without(fix).has(node));
  }

  isHidden(fix: FixCard): boolean {
    return this._hidden.has(fix.number);
  }

  /** Show a repair no more. */
  hide(fix: FixCard): void {
    this._hidden.add(fix.number);
    this._changed();
  }

  /** Begin anew: another run is shown. */
  clear(): void {
    this._without.clear();
    this._hidden.clear();
  }

  /** Draw a box for each node that a repair changes, where those are several. */
  boxes(words: Words, run: Snapshot, fix: FixCard): Child {
    const nodes = nodesOf(fix);
    return (
      nodes.length > 1 &&
      h(
        'fieldset',
        { key: `nodes ${run.run}`, class: 'wfv-choice' },
        h('legend', { class: 'wfv-small' }, words.__('Repair')),
        ...nodes.map(node => this._box(fix, node))
      )
    );
  }

  private _box(fix: FixCard, node: string): Child {
    const change = (event: Event) =>
      this._set(fix, node, (event.currentTarget as HTMLInputElement).checked);
    return h(
      'label',
      { key: node },
      active('input', { type: 'checkbox', checked: true }, { change }),
      ` ${node}`
    );
  }

  private _set(fix: FixCard, node: string, wanted: boolean): void {
    const without = new Set(this.without(fix));
    without[wanted ? 'delete' : 'add'](node);
    this._without.set(fix.number, without);
    this._changed();
  }

  private readonly _changed: () => void;
  private readonly _without = new Map<number, ReadonlySet<string>>();
  private readonly _hidden = new Set<number>();
}
