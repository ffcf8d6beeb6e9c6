/** The runs as rows, and the descent of one: which run, and which text, came from which. */

import { active, h, type Child, type Wanted } from './dom';
import { icon } from './icons';
import type { Drawing } from './panel_view';
import type { Step } from './runs';
import type { Words } from './tokens';
import type { RunLine } from './wire';
import { ago, duration, kindOf, stateWord } from './words';

/** Draw a run as a button that shows it in full. */
export function runRow(drawing: Drawing, step: Step): Wanted {
  const { words, shown, host } = drawing;
  const run = step.run;
  const percent = run.state === 'RUNNING' ? shown.percents[run.run] : undefined;
  const here = shown.chosen === run.run;
  return active(
    'button',
    {
      type: 'button',
      class: 'wfv-row',
      'data-run': run.run,
      'aria-current': here ? 'true' : undefined
    },
    { click: () => host.choose(run.run) },
    h('span', { class: 'wfv-row-name' }, run.workflow || words.__('workflow')),
    h('span', { class: 'wfv-small', title: clock(run) }, ago(words, age(drawing, run))),
    h(
      'span',
      { class: `wfv-row-state wfv-${kindOf(run.state)}` },
      icon(run.state),
      ` ${stateWord(words, run.state)}`,
      percent === undefined ? null : ` ${percent} %`
    ),
    h(
      'span',
      { class: 'wfv-small' },
      [took(words, run), how(words, step)].filter(Boolean).join(' · ')
    ),
    percent !== undefined && bar(percent)
  );
}

/** Draw how far a run is; the number stands beside it. */
function bar(percent: number): Wanted {
  return h(
    'span',
    { key: 'bar', class: 'wfv-bar wfv-busy', 'aria-hidden': 'true' },
    h('span', { class: 'wfv-busy', style: `flex-grow: ${percent}` }),
    h('span', { class: 'wfv-rest', style: `flex-grow: ${100 - percent}` })
  );
}

function age({ host }: Drawing, run: RunLine): number {
  return Math.max(host.now() - run.began, 0);
}

function clock(run: RunLine): string {
  return new Date(run.began * 1000).toLocaleString();
}

function took(words: Words, run: RunLine): string {
  return typeof run.took === 'number' ? duration(words, run.took) : '';
}

/** Say how a run's text came to be, where it is not the one of the run before. */
function how(words: Words, step: Step): string {
  switch (step.how) {
    case 'repaired':
      return words.__('repaired: %1', (step.run.repairs ?? []).join(', '));
    case 'edited':
      return words.__('edited');
  }
  return '';
}

/** Draw what a run came from and what came from it; nothing for one that stands alone. */
export function descent(drawing: Drawing, chain: readonly Step[]): Child {
  if (chain.length < 2 && chain[0]?.how !== 'repaired') {
    return null;
  }
  const { words } = drawing;
  return h(
    'section',
    { key: 'descent', class: 'wfv-section', 'aria-label': words.__('Where it came from') },
    h('h3', {}, words.__('Where it came from')),
    h(
      'ol',
      { class: 'wfv-list wfv-chain' },
      ...chain.map(step => h('li', { key: step.run.run }, runRow(drawing, step)))
    )
  );
}
