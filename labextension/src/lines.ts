/** The `%workflow` lines that say what buttons do. */

import type { FixCard, Question, Snapshot } from './wire';

export const STOP = '%workflow stop';

/** What a person found out about an effect in doubt. */
export type Verdict = 'sent' | 'not-sent';

/** Write the line that says what became of a node's effect in this run's workflow. */
export function resolveLine(run: Snapshot, question: Question, verdict: Verdict): string {
  return `%workflow resolve ${quoted(question.node)} ${verdict} --name ${quoted(run.workflow)}`;
}

/** Tell whether a line only says what became of an effect that the run asks about. */
export function isAnswer(run: Snapshot, line: string): boolean {
  const asked = (run.questions ?? []).filter(question => question.state === 'in_doubt');
  return asked.some(({ node }) => line.startsWith(`%workflow resolve ${quoted(node)} `));
}

/** Write the line that puts a repair into a new cell and does not run it. */
export function insertLine(fix: FixCard): string {
  return fix.line ? `${fix.line} --no-run` : '';
}

/** Write a word so that a magic line takes it for one. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, `'"'"'`)}'`;
}
