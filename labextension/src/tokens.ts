/** The names that this extension goes by, and what a view needs of whoever shows it. */

import type { Reading } from './model';

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
  /** Call `listener` after every change; gives a function that ends this. */
  watch(listener: () => void): () => void;
  /** Put a text on the clipboard; rejects where the page may not. */
  copy(text: string): Promise<void>;
}
