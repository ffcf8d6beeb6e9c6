/** The `%workflow` lines that say what buttons do. */

import type { FixCard, Question, Snapshot } from './wire';

export const STOP = '%workflow stop';

/** What a person found out about an effect in doubt. */
export type Verdict = 'sent' | 'not-sent';

/** Write the line that says what became of a node's effect in this run's workflow. */
export function resolveLine(run: Snapshot, question: Question, verdict: Verdict): string {
  return `%workflow resolve ${quoted(question.node)} ${verdict} --name ${quoted(run.workflow)}`;
}

/** Write the line that puts a repair into a new cell and does not run it. */
export function insertLine(fix: FixCard): string {
  return fix.line ? `${fix.line} --no-run` : '';
}

/** Write a word so that a magic line takes it for one. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`;
}
