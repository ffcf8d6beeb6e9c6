/** The repairs on offer, and every command with which a run goes on: as text that can be copied. */

import { active, h, prose, type Child, type Wanted } from './dom';
import { diff } from './diff';
import { icon } from './icons';
import type { Words } from './tokens';
import type { FixCard, Foreseen, Snapshot } from './wire';
import { levelWord, rungWord, verdictWord } from './words';

/** The line that a reader wanted to copy last, and whether the browser let it. */
export interface Copied {
  readonly line: string;
  readonly done: boolean;
}

export const NOTHING: Copied = { line: '', done: false };

/** What a command can do: be put on the clipboard. */
export interface Copying {
  readonly copied: Copied;
  copy(line: string): Promise<void>;
}

/** Draw the repairs on offer, the best first and open. */
export function cards(words: Words, run: Snapshot, copying: Copying): Child[] {
  return (run.fixes ?? []).map(fix => card(words, fix, copying));
}

function card(words: Words, fix: FixCard, copying: Copying): Wanted {
  const facts = [fix.code, fix.origin, rungWord(words, fix.rung), levelWord(words, fix.level)];
  return h(
    'details',
    { key: `fix ${fix.number}`, class: 'wfv-card', open: fix.number === 1 },
    h(
      'summary',
      {},
      h('span', { class: 'wfv-badge' }, words.__('Fix %1', fix.number)),
      ' ',
      h('strong', {}, ...prose(fix.title))
    ),
    h('p', { class: 'wfv-small' }, facts.filter(Boolean).join(' · ')),
    fix.why ? h('p', {}, ...prose(fix.why)) : null,
    evidence(words, fix.evidence ?? []),
    diff(words, fix.diff),
    preview(words, fix.preview ?? []),
    fix.line ? command(words, fix.line, copying) : null
  );
}

function evidence(words: Words, lines: readonly string[]): Child {
  return (
    lines.length > 0 &&
    h(
      'ul',
      { class: 'wfv-evidence', 'aria-label': words.__('Evidence') },
      ...lines.map(line => h('li', {}, ...prose(line)))
    )
  );
}

function preview(words: Words, foreseen: readonly Foreseen[]): Child {
  return (
    foreseen.length > 0 &&
    h(
      'div',
      { class: 'wfv-preview' },
      h('span', { class: 'wfv-small' }, words.__('If applied')),
      h('ul', {}, ...foreseen.map(group => h('li', {}, ...verdict(words, group))))
    )
  );
}

/** Mark what happens a second time. */
function verdict(words: Words, group: Foreseen): Child[] {
  const again = group.verdict === 'would send again';
  const names = group.nodes.join(', ');
  const told = group.more ? words.__('%1 … and %2 more', names, group.more) : names;
  const word = verdictWord(words, group.verdict);
  return [again && icon('DEGRADED'), h(again ? 'strong' : 'span', {}, word), ` ${told}`];
}

/** Draw the commands with which a run goes on. */
export function ways(words: Words, run: Snapshot, copying: Copying): Child {
  const lines = run.ways ?? [];
  return (
    lines.length > 0 &&
    h(
      'div',
      { role: 'group', key: 'ways', class: 'wfv-section', 'aria-label': words.__('How to go on') },
      ...lines.map(line => command(words, line, copying))
    )
  );
}

/** Show a command with a button that copies it. */
function command(words: Words, line: string, copying: Copying): Wanted {
  const said = copying.copied.done ? words.__('Copied') : words.__('Not allowed');
  return h(
    'div',
    { key: line, class: 'wfv-do' },
    h('code', {}, line),
    active(
      'button',
      { type: 'button', class: 'wfv-button', 'aria-label': words.__('Copy %1', line) },
      { click: () => void copying.copy(line) },
      copying.copied.line === line ? said : words.__('Copy')
    )
  );
}
