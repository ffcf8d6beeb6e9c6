/** The repairs on offer, and every command with which a run goes on: as text that can be copied. */

import type { Choices } from './choices';
import type { Deed, Deeds } from './deeds';
import { diff } from './diff';
import { active, h, prose, type Child, type Wanted } from './dom';
import { icon } from './icons';
import { insertLine, isAnswer } from './lines';
import { canRepair } from './repaired';
import type { Actions, Words } from './tokens';
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

/** What a reader has at hand in one view. */
export interface Tools {
  readonly copying: Copying;
  readonly deeds: Deeds;
  readonly choices: Choices;
  readonly actions: Actions | null;
}

/** Draw the repairs on offer, the best first and open. */
export function cards(words: Words, run: Snapshot, tools: Tools): Child[] {
  const wanted = (run.fixes ?? []).filter(fix => !tools.choices.isHidden(fix));
  return wanted.map(fix => card(words, run, fix, tools));
}

function card(words: Words, run: Snapshot, fix: FixCard, tools: Tools): Wanted {
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
    ...ends(words, run, fix, tools)
  );
}

/** Draw what can be done with a repair; where nothing can, the line that does it. */
function ends(words: Words, run: Snapshot, fix: FixCard, tools: Tools): Child[] {
  const { actions, choices, copying, deeds } = tools;
  const group = `fix ${fix.number}`;
  if (!actions) {
    return [deeds.told(group), fix.line ? command(words, fix.line, copying) : null];
  }
  const first = run.fixes!.find(each => !choices.isHidden(each))!.number;
  const whole = !choices.without(fix).size;
  const line = whole ? deeds.line(group, fix.line ?? '') : '';
  return [
    choices.boxes(words, run, fix),
    acts(
      words,
      deedsOf(words, run, fix, tools, actions).map(deed =>
        deeds.button({
          ...deed,
          group,
          of: fix.number === first ? '' : words.__('fix %1', fix.number)
        })
      ),
      line,
      copying
    ),
    deeds.told(group)
  ];
}

/** Draw buttons, and at the end of their line the command of the one that is pointed at. */
export function acts(words: Words, buttons: Wanted[], line: string, copying: Copying): Wanted {
  return h(
    'div',
    { key: 'ends', class: 'wfv-ends' },
    h('div', { key: 'acts', class: 'wfv-acts' }, ...buttons),
    line ? command(words, line, copying, 'line') : null
  );
}

function deedsOf(
  words: Words,
  run: Snapshot,
  fix: FixCard,
  { choices }: Tools,
  actions: Actions
): Omit<Deed, 'group'>[] {
  const without = choices.without(fix);
  const off = !choices.any(fix);
  const dismiss = () => {
    const outcome = actions.dismiss(run, fix);
    choices.hide(fix); // at once: a kernel may take long to hear of it
    return outcome;
  };
  const change: Omit<Deed, 'group'>[] = [
    {
      label: words.__('Apply & run'),
      line: fix.line,
      kind: 'main',
      off,
      do: () => actions.apply(run, fix, without)
    },
    {
      label: words.__('Insert as new cell'),
      line: insertLine(fix),
      off,
      do: () => actions.insert(run, fix, without)
    },
    {
      label: words.__('Edit'),
      title: words.__('Put the repair into the cell that ran'),
      off,
      do: () => actions.edit(run, fix, without)
    }
  ];
  const no = { label: words.__('Dismiss'), line: fix.dismiss, do: dismiss };
  return [...(canRepair(run, fix) ? change : []), no];
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

/** Draw the commands with which a run goes on; less those that stand beside buttons. */
export function ways(words: Words, run: Snapshot, { copying, actions }: Tools): Child {
  const lines = (run.ways ?? []).filter(line => !(actions && isAnswer(run, line)));
  return (
    lines.length > 0 &&
    h(
      'div',
      { role: 'group', key: 'ways', class: 'wfv-ways', 'aria-label': words.__('How to go on') },
      h('span', { class: 'wfv-small' }, words.__('To go on')),
      ...lines.map(line => command(words, line, copying))
    )
  );
}

/** Show a command with a button that copies it. */
function command(words: Words, line: string, copying: Copying, key = line): Wanted {
  const said = copying.copied.done ? words.__('Copied') : words.__('Not allowed');
  return h(
    'div',
    { key, class: 'wfv-do' },
    h('code', {}, line),
    active(
      'button',
      { type: 'button', class: 'wfv-button wfv-quiet', 'aria-label': words.__('Copy %1', line) },
      { click: () => void copying.copy(line) },
      copying.copied.line === line ? said : words.__('Copy')
    )
  );
}
