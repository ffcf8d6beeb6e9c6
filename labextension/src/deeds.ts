/** What a reader does in one view: the buttons, which of them is at work, and what came of it. */

import { active, h, type Child, type Wanted } from './dom';
import type { Outcome } from './tokens';

/** A button: in which group it stands, what is on it, and which line says the same. */
export interface Deed {
  readonly group: string;
  readonly label: string;
  /** What it is done to, where there are several. */
  readonly of?: string;
  readonly line?: string;
  readonly title?: string;
  readonly kind?: 'main' | 'plain';
  readonly off?: boolean;
  readonly do: () => Promise<Outcome>;
}

/** The buttons of one view; `changed` is called whenever they look different. */
export class Deeds {
  constructor(changed: () => void) {
    this._changed = changed;
  }

  /** What came of the last deed, for a reader who listens. */
  get said(): string {
    return this._outcome?.text ?? '';
  }

  /** Draw a button.  One that cannot be used keeps the focus. */
  button(deed: Deed): Wanted {
    const { group, label, line, kind } = deed;
    const busy = this._busy.has(group);
    const point = () => this._point(group, line ?? '');
    const safe = { ...deed, do: () => deed.do().catch(broken) };
    return active(
      'button',
      {
        type: 'button',
        key: label,
        class: `wfv-button${kind ? ` wfv-${kind}` : ''}`,
        'aria-label': deed.of ? `${label}: ${deed.of}` : undefined,
        title: [deed.title, line].filter(Boolean).join('\n') || undefined,
        'aria-disabled': busy || deed.off ? 'true' : undefined
      },
      { click: event => void this._do(safe, event), focus: point, mouseenter: point },
      label
    );
  }

  /** Give the line of the button that a reader points at in a group, or else `first`. */
  line(group: string, first: string): string {
    return this._pointed.get(group) ?? first;
  }

  /** Draw what came of the last deed of a group. */
  told(group: string): Child {
    const outcome = this._group === group ? this._outcome : null;
    return (
      outcome?.text &&
      h('p', { key: 'told', class: `wfv-told wfv-${outcome.done ? 'good' : 'warn'}` }, outcome.text)
    );
  }

  /** Forget what was told: something else has happened since. */
  forget(): void {
    this._outcome = null;
    this._past = new Set(this._busy);
  }

  private async _do(deed: Deed, event: Event): Promise<void> {
    const again = (event as MouseEvent).detail > 1; // the rest of a double click
    if (again || deed.off || this._busy.has(deed.group)) {
      return;
    }
    this._busy.add(deed.group);
    this._tell(deed.group, null);
    const outcome = await deed.do().finally(() => this._busy.delete(deed.group));
    this._tell(deed.group, this._past.delete(deed.group) ? null : outcome);
  }

  private _tell(group: string, outcome: Outcome | null): void {
    this._group = group;
    this._outcome = outcome;
    this._changed();
  }

  private _point(group: string, line: string): void {
    if (this._pointed.get(group) !== line) {
      this._pointed.set(group, line);
      this._changed();
    }
  }

  private readonly _changed: () => void;
  private readonly _busy = new Set<string>();
  /** The groups whose deed is of before something else happened. */
  private _past = new Set<string>();
  private readonly _pointed = new Map<string, string>();
  private _group = '';
  private _outcome: Outcome | null = null;
}

/** Say what a deed broke with, as when the server is gone: its button can be used again. */
function broken(reason: unknown): Outcome {
  return { done: false, text: reason instanceof Error ? reason.message : String(reason) };
}
