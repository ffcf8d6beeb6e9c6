/** What a reader unfolded in one view: what is folded is made only when somebody looks. */

import { active, h, type Child, type Wanted } from './dom';

/** The long parts of one view that are open; `changed` is called when that changes. */
export class Folds {
  constructor(changed: () => void) {
    this._changed = changed;
  }

  /** Draw a part that is folded away at first; `make` gives what is in it. */
  fold(name: string, summary: Child | readonly Child[], make: () => Child[]): Wanted {
    const toggle = (event: Event) => {
      if (event.target === event.currentTarget) {
        this.set(name, (event.currentTarget as HTMLDetailsElement).open);
      }
    };
    return active(
      'details',
      { key: name, class: 'wfv-more wfv-fold' },
      { toggle },
      h('summary', {}, ...(Array.isArray(summary) ? summary : [summary])),
      ...(this._open.has(name) ? make() : [])
    );
  }

  isOpen(name: string): boolean {
    return this._open.has(name);
  }

  set(name: string, open: boolean): void {
    if (open !== this._open.has(name)) {
      this._open[open ? 'add' : 'delete'](name);
      this._changed();
    }
  }

  private readonly _open = new Set<string>();
  private readonly _changed: () => void;
}
