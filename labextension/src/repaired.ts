/** The text of a repaired workflow, made of what a snapshot holds: no kernel has to remember it. */

import { COMMENT, type FixCard, type LineEdit, type Snapshot } from './wire';
import { shortened } from './words';

/** How many letters a line of a comment has at most. */
const WIDTH = 99;

/** Give the nodes that a repair changes, each once, in the order of the text. */
export function nodesOf(fix: FixCard): string[] {
  const named = (fix.edits ?? []).map(edit => edit.node).filter(Boolean);
  return [...new Set(named)];
}

/** What a new cell begins with, and nothing else: a snapshot may have been written by anybody. */
const HEAD = /^%%workflow(?:[ \t][^\n\r]*)?$/;

/** Tell whether a snapshot holds what a new cell is made of. */
export function canRepair(run: Snapshot, fix: FixCard): boolean {
  return Boolean(run.cell && HEAD.test(run.cell.head) && run.source && fix.edits?.length);
}

/** Give the text of a cell that goes on with a run: with a repair, less that of some nodes. */
export function repairedCell(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): string {
  const chosen = (fix.edits ?? []).filter(edit => !without.has(edit.node));
  const body = withoutComment(edited(run.source ?? '', chosen));
  return `${run.cell?.head ?? ''}\n${comment(fix, without)}${body}`;
}

/** Give the comment that tells of a repair; of a part of it, only where it was made. */
function comment(fix: FixCard, without: ReadonlySet<string>): string {
  const lines = fix.comment ?? [];
  const chosen = nodesOf(fix).filter(node => !without.has(node));
  if (!lines.length || chosen.length === nodesOf(fix).length) {
    return lines.join('');
  }
  const newline = lines[0].endsWith('\r\n') ? '\r\n' : '\n';
  const told = `${COMMENT}${fix.title}: ${chosen.join(', ')} (${fix.code})`;
  return shortened(told, WIDTH) + newline;
}

/** Put edits into a text; all of them count its lines as they were. */
export function edited(source: string, edits: readonly LineEdit[]): string {
  const lines = source.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  let done = 0;
  const parts = edits.flatMap(edit => {
    const kept = lines.slice(done, edit.line - 1);
    done = edit.line - 1 + edit.gone;
    return [...kept, ...edit.lines];
  });
  return [...parts, ...lines.slice(done)].join('');
}

/** Take away the comment of an earlier repair: the new one stands in its place. */
function withoutComment(text: string): string {
  let rest = text;
  while (rest.startsWith(COMMENT)) {
    const end = rest.indexOf('\n');
    rest = end < 0 ? '' : rest.slice(end + 1);
  }
  return rest;
}
