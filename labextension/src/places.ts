/** Places in a cell as the channel counts them, in characters from 1, and as the editor does. */

import type { Text } from '@codemirror/state';

/** A line and a column; both count from 1, and a column counts characters. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Give the place of an offset. */
export function placeOf(doc: Text, offset: number): Place {
  const line = doc.lineAt(offset);
  return { line: line.number, column: [...line.text.slice(0, offset - line.from)].length + 1 };
}

/** Give the offsets of so many characters from a place on; the text may have changed since. */
export function rangeOf(doc: Text, place: Place, length: number): { from: number; to: number } {
  const line = doc.line(Math.min(Math.max(place.line, 1), doc.lines));
  const characters = [...line.text];
  const before = characters.slice(0, Math.max(place.column - 1, 0)).join('').length;
  const within = characters.slice(0, Math.max(place.column - 1, 0) + length).join('').length;
  return { from: line.from + before, to: line.from + within };
}
