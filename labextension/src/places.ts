/** Places in a cell as the channel counts them, from 1, and as the editor does, from its start. */

import type { Text } from '@codemirror/state';

/** A line and a column of a cell; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Give the place of an offset. */
export function placeOf(doc: Text, offset: number): Place {
  const line = doc.lineAt(offset);
  return { line: line.number, column: offset - line.from + 1 };
}

/** Give the offsets of so many characters from a place on; the text may have changed since. */
export function rangeOf(doc: Text, place: Place, length: number): { from: number; to: number } {
  const line = doc.line(Math.min(Math.max(place.line, 1), doc.lines));
  const from = Math.min(line.from + Math.max(place.column - 1, 0), line.to);
  return { from, to: Math.min(from + length, line.to) };
}
