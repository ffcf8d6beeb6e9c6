/** The panel on a page: the runs of a project, or one of them in full with its descent. */

import { active, draw, h, type Child, type Wanted } from './dom';
import { icon } from './icons';
import { doubts, effects } from './panel_effects';
import { empty, facts } from './panel_store';
import type { Shown } from './panel_model';
import { button, type Drawing, type PanelHost } from './panel_parts';
import { runRow, descent } from './panel_runs';
import { lineage, steps } from './runs';
import type { Words } from './tokens';

/** How long a button says that it copied, in milliseconds. */
const SAID = 2000;

/** Draw the panel and keep it up to date until the function that this gives is called. */
export function panelView(host: PanelHost, element: HTMLElement): () => void {
  let copied = '';
  let timer = 0;
  let before = host.shown.chosen;
  const say = (text: string) => {
    copied = text;
    redraw();
  };
  const copy = (text: string) => {
    window.clearTimeout(timer);
    host.copy(text).then(
      () => say(text),
      () => say('')
    );
    timer = window.setTimeout(() => say(''), SAID);
  };
  const redraw = () => {
    const { words, shown } = host;
    const focused = element.contains(document.activeElement);
    draw(element, page({ host, words, shown, copied, copy }));
    if (focused && shown.chosen !== before) {
      focusOn(element, shown.chosen ? '' : before);
    }
    before = shown.chosen;
  };
  const unwatch = host.watch(redraw);
  redraw();
  return () => {
    unwatch();
    window.clearTimeout(timer);
    draw(element, []);
  };
}

/** Put the focus where a reader goes on: on the way back, or on the run that was looked at. */
function focusOn(element: HTMLElement, run: string): void {
  const buttons = [...element.querySelectorAll<HTMLElement>('button')];
  const wanted = buttons.find(button => button.dataset.run === run) ?? buttons[0];
  wanted?.focus();
}

function page(drawing: Drawing): Child[] {
  const { words, shown } = drawing;
  return [
    ...(shown.chosen ? one(drawing) : all(drawing)),
    h('div', { key: 'said', class: 'wfv-hidden', role: 'status' }, told(words, shown))
  ];
}

/** Draw the way back, and what the run came from; the run itself is drawn below by its view. */
function one(drawing: Drawing): Child[] {
  const { words, shown, host } = drawing;
  const reveal = host.reveal(shown.chosen);
  const back = active(
    'button',
    { type: 'button', class: 'wfv-button', key: 'back', 'data-run': '' },
    { click: () => host.close() },
    words.__('‹ All runs')
  );
  const cell = reveal && button(words.__('Go to its cell'), reveal);
  return [
    h('div', { key: 'one', class: 'wfv-panel-bar' }, back, cell),
    trouble(drawing),
    descent(drawing, lineage(shown.runs ?? [], shown.chosen)),
    shown.reading.kind === 'nothing' &&
      !shown.trouble &&
      h('p', { key: 'wait', class: 'wfv-small' }, words.__('Waiting for the kernel …'))
  ];
}

function all(drawing: Drawing): Child[] {
  const { words, shown } = drawing;
  const known = shown.runs !== null && shown.runs.length > 0;
  return [
    heading(drawing),
    trouble(drawing),
    doubts(drawing),
    known ? list(drawing) : empty(drawing),
    known && effects(drawing),
    shown.cache.length > 0 && facts(words, shown.cache)
  ];
}

function heading(drawing: Drawing): Wanted {
  const { words, shown, host } = drawing;
  const again = active(
    'button',
    { type: 'button', class: 'wfv-button wfv-slim', 'aria-label': words.__('Ask again') },
    { click: () => host.refresh() },
    icon('reused')
  );
  return h(
    'div',
    { key: 'heading', class: 'wfv-panel-bar' },
    h(
      'div',
      { class: 'wfv-panel-title' },
      h('h2', {}, words.__('Workflow runs')),
      h('p', { class: 'wfv-small' }, whose(words, shown))
    ),
    shown.source.here && again
  );
}

/** Say whose project this is, and how new that is. */
function whose(words: Words, shown: Shown): string {
  const { source, from } = shown;
  if (!from) {
    return source.name;
  }
  const at = new Date(shown.at).toLocaleTimeString();
  if (source.here && source.name === from) {
    return shown.waiting
      ? words.__('%1 · as of %2, its kernel is busy', from, at)
      : words.__('project of %1', from);
  }
  return words.__('project of %1 · as of %2, no kernel answers now', from, at);
}

function trouble({ shown }: Drawing): Child {
  return (
    shown.trouble &&
    h(
      'p',
      { key: 'trouble', class: 'wfv-note wfv-cause wfv-warn' },
      icon('DEGRADED'),
      h('span', {}, shown.trouble)
    )
  );
}

function list(drawing: Drawing): Wanted {
  const { words, shown, host } = drawing;
  return h(
    'section',
    { key: 'runs', class: 'wfv-section', 'aria-label': words.__('Runs') },
    h(
      'ul',
      { class: 'wfv-list' },
      ...steps(shown.runs ?? []).map(step => h('li', { key: step.run.run }, runRow(drawing, step)))
    ),
    shown.more && button(words.__('Show more'), () => host.more())
  );
}

/** Say what a reader who does not look should hear: it changes only when that does. */
function told(words: Words, shown: Shown): string {
  const asked = shown.effects.filter(effect => effect.doubt).length;
  const doubtful = words._n('%1 effect in doubt', '%1 effects in doubt', asked, asked);
  return [shown.said, asked ? doubtful : ''].filter(Boolean).join('; ');
}
