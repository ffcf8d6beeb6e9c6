/** The names that this extension goes by, and what a view needs of whoever shows it. */

import type { Verdict } from './lines';
import type { Reading } from './model';
import type { FixCard, Question, Snapshot } from './wire';

export const PLUGIN_ID = 'wfrepair-magic:plugin';
export const DOMAIN = 'wfrepair_magic';

/** The part of a JupyterLab translation bundle that the view uses. */
export interface Words {
  __(text: string, ...args: unknown[]): string;
  _n(one: string, many: string, count: number, ...args: unknown[]): string;
}

/** Whoever shows a run: it gives what is to be drawn, says when that changes, and can copy. */
export interface RunHost {
  readonly words: Words;
  readonly reading: Reading;
  /** What can be done here; null where lines to copy are all there is. */
  readonly actions: Actions | null;
  /** Why there are lines instead of buttons, where that needs saying. */
  readonly limit?: string;
  /** Call `listener` after every change; gives a function that ends this. */
  watch(listener: () => void): () => void;
  /** Put a text on the clipboard; rejects where the page may not. */
  copy(text: string): Promise<void>;
}

/** What came of an action: whether it was done, and what the reader is told. */
export interface Outcome {
  readonly done: boolean;
  readonly text: string;
}

/**
 * What can be done with a run beyond copying lines.  Nothing here rejects: what could not be done
 * is said in the outcome.  `without` are nodes of which a repair shall leave out its part.
 */
export interface Actions {
  /** Put a repair into a new cell below the one that ran, and run it. */
  apply(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome>;
  /** Put a repair into a new cell below the one that ran. */
  insert(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome>;
  /** Put a repair into the cell that ran, if that is still what it was. */
  edit(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome>;
  /** Say that a repair is not wanted. */
  dismiss(run: Snapshot, fix: FixCard): Promise<Outcome>;
  /** End the run under way in order. */
  stop(run: Snapshot): Promise<Outcome>;
  /** Say what became of an effect in doubt, and go on with a run that is over. */
  resolve(run: Snapshot, question: Question, verdict: Verdict): Promise<Outcome>;
}
