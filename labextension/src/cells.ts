/** Cells of a notebook: found by id, inserted and replaced in one step that one undo takes back. */

import type { INotebookModel } from '@jupyterlab/notebook';

import { sha256 } from './sha256';

/** The cells that everybody who edits a notebook shares. */
export type SharedNotebook = INotebookModel['sharedModel'];

/** An end of a line that an editor counts as one letter where the notebook has two. */
const RETURN = /\r\n?/g;

/** Find the place of a cell; -1 where there is none of this id. */
export function placeOf(notebook: SharedNotebook, id: string): number {
  return notebook.cells.findIndex(cell => cell.getId() === id);
}

/** Find the first cell of exactly this text below another one; -1 where there is none. */
export function placeBelow(notebook: SharedNotebook, place: number, source: string): number {
  return notebook.cells.findIndex(
    (cell, at) => at > place && cell.cell_type === 'code' && cell.getSource() === source
  );
}

/** Put a new code cell below another one; gives its place. */
export function insertBelow(notebook: SharedNotebook, place: number, source: string): number {
  // What stands in it was chosen by the reader, so that what it shows may be trusted.
  const cell = { cell_type: 'code', source: source.replace(RETURN, '\n') };
  notebook.insertCell(place + 1, { ...cell, metadata: { trusted: true } });
  return place + 1;
}

/** Tell whether an editor can follow what is written into a cell. */
export function canBeEdited(notebook: SharedNotebook, place: number): boolean {
  return notebook.getCell(place).getSource().search(RETURN) < 0;
}

/** Tell whether a cell's text is still the one of which the digest was made. */
export function isUnchanged(notebook: SharedNotebook, place: number, digest: string): boolean {
  return sha256(notebook.getCell(place).getSource()) === digest;
}

/**
 * Replace the text of a cell; gives the offset at which it changed.
 *
 * Only what differs is written, so that cursors of others stay where they are.
 */
export function replace(notebook: SharedNotebook, place: number, source: string): number {
  const cell = notebook.getCell(place);
  const before = cell.getSource();
  const start = alike(before, source, 1);
  const rest = before.slice(start);
  const end = alike(rest, source.slice(start), -1);
  cell.updateSource(start, before.length - end, source.slice(start, source.length - end));
  return start;
}

const HIGH = /[\uD800-\uDBFF]/;
const LOW = /[\uDC00-\uDFFF]/;

/** Count how many units two texts share at their start (1) or end (-1), letters kept whole. */
function alike(one: string, other: string, way: 1 | -1): number {
  const most = Math.min(one.length, other.length);
  const unit = (text: string, place: number) =>
    text.charAt(way > 0 ? place : text.length - 1 - place);
  let count = 0;
  while (count < most && unit(one, count) === unit(other, count)) {
    count += 1;
  }
  const half = way > 0 ? HIGH : LOW;
  return count > 0 && half.test(unit(one, count - 1)) ? count - 1 : count;
}
