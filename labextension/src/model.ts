/** What is known of one run: the snapshot that came last, and who wants to hear of the next. */

import { VERSION, type Snapshot } from './wire';

/** A snapshot to draw; or why there is none: made by a later version, or no snapshot at all. */
export type Reading =
  | { readonly kind: 'run'; readonly run: Snapshot }
  | { readonly kind: 'later'; readonly version: number }
  | { readonly kind: 'nothing' };

/** Read what came over the wire or out of a file; never throws. */
export function read(data: unknown): Reading {
  if (!isRecord(data) || typeof data.version !== 'number') {
    return { kind: 'nothing' };
  }
  if (data.version > VERSION) {
    return { kind: 'later', version: data.version };
  }
  const told = REQUIRED_TEXT.every(name => typeof data[name] === 'string');
  const counted = REQUIRED_NUMBERS.every(name => typeof data[name] === 'number');
  return told && counted ? { kind: 'run', run: data as unknown as Snapshot } : { kind: 'nothing' };
}

const REQUIRED_TEXT = ['run', 'workflow', 'session', 'state'];
const REQUIRED_NUMBERS = ['at', 'elapsed', 'percent', 'done', 'total'];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The run that one output shows; `set` replaces its snapshot. */
export class RunModel {
  get reading(): Reading {
    return this._reading;
  }

  /** Take the next snapshot, and tell whoever watches. */
  set(data: unknown): void {
    this._reading = read(data);
    for (const listener of [...this._listeners]) {
      listener();
    }
  }

  /** Call `listener` after every change; gives a function that ends this. */
  watch(listener: () => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  private _reading: Reading = { kind: 'nothing' };
  private _listeners = new Set<() => void>();
}
