/** The runs as rows, and the descent of one: which run, and which text, came from which. */

import { active, h, type Child, type Wanted } from './dom';
import { icon } from './icons';
import type { Drawing } from './panel_parts';
import { shortChain, type Link, type Step } from './runs';
import type { Words } from './tokens';
import type { RunLine } from './wire';
import { ago, duration, kindOf, stateWord } from './words';

/** Chains of so many links are open at first. */
const OPEN = 5;

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
    state(words, run, percent),
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
  const { words, shown } = drawing;
  const repairs = chain.filter(step => step.how === 'repaired').length;
  const links = shortChain(chain, shown.chosen);
  const counts = [
    words._n('%1 run', '%1 runs', chain.length, chain.length),
    repairs ? words._n('%1 repair', '%1 repairs', repairs, repairs) : ''
  ];
  return h(
    'details',
    { key: 'descent', class: 'wfv-section wfv-part', open: links.length <= OPEN },
    h(
      'summary',
      {},
      h('h3', {}, words.__('Where it came from')),
      h('span', { class: 'wfv-small' }, ` ${counts.filter(Boolean).join(' · ')}`)
    ),
    h('ol', { class: 'wfv-list wfv-chain' }, ...links.map(link => drawLink(drawing, link)))
  );
}

function drawLink(drawing: Drawing, link: Link): Wanted {
  const { words, shown, host } = drawing;
  const { run, left } = link;
  const way = link.how === 'same' ? words.__('the same text') : how(words, link);
  const here = shown.chosen === run.run;
  return h(
    'li',
    { key: run.run },
    way && h('span', { class: 'wfv-way wfv-small' }, `↓ ${way}`),
    active(
      'button',
      {
        type: 'button',
        class: 'wfv-row',
        'data-run': run.run,
        'aria-current': here ? 'true' : undefined
      },
      { click: () => host.choose(run.run) },
      state(words, run),
      h('span', { class: 'wfv-small', title: clock(run) }, ago(words, age(drawing, run)))
    ),
    left > 0 &&
      h(
        'span',
        { key: 'left', class: 'wfv-way wfv-small' },
        words._n('%1 more run of this text', '%1 more runs of this text', left, left)
      )
  );
}

function state(words: Words, run: RunLine, percent?: number): Wanted {
  return h(
    'span',
    { class: `wfv-row-state wfv-${kindOf(run.state)}` },
    icon(run.state),
    ` ${stateWord(words, run.state)}`,
    percent === undefined ? null : ` ${percent} %`
  );
}
