/** One run on a page, for every host: `runView(host, element)` draws it and gives what undraws it. */

import { bar } from './bar';
import { cards, NOTHING, ways, type Copied, type Copying, type Tools } from './cards';
import { Choices } from './choices';
import { Deeds } from './deeds';
import { draw, h, type Child, type Wanted } from './dom';
import { applied, failures, problems, questions, remarks, unmended } from './findings';
import { countOf, graph } from './graph';
import { Folds } from './folds';
import { icon } from './icons';
import { STOP } from './lines';
import { table } from './table';
import { timeline } from './timeline';
import type { RunHost, Words } from './tokens';
import type { Snapshot } from './wire';
import { counted, duration, kindOf, ordered, stateWord } from './words';

/** How long a button says that it copied, in milliseconds. */
const SAID = 2000;
/** From this many times the usual duration on, a run takes longer than usual. */
const OVER = 1.2;
/** How many nodes are named to a reader who listens. */
const NAMED = 3;

/** Draw a run and keep it up to date until the function that this gives is called. */
export function runView(host: RunHost, element: HTMLElement): () => void {
  const redraw = () => {
    const focused = element.contains(element.ownerDocument.activeElement);
    draw(element, [page(host, tools(), folds)]);
    if (focused && !element.contains(element.ownerDocument.activeElement)) {
      (element.firstElementChild as HTMLElement | null)?.focus(); // what had it is gone
    }
  };
  const folds = new Folds(redraw);
  const deeds = new Deeds(redraw);
  const choices = new Choices(redraw);
  const copying = new Clipboard(host, redraw);
  const tools = () => ({ copying, deeds, choices, actions: host.actions });
  let before = stage(host);
  const unwatch = host.watch(() => {
    const now = stage(host);
    if (now.run !== before.run) {
      choices.clear();
    }
    if (now.run !== before.run || now.state !== before.state) {
      deeds.forget();
    }
    before = now;
    redraw();
  });
  redraw();
  return () => {
    unwatch();
    copying.end();
    draw(element, []);
  };
}

/** What may not change while what a reader was told of an action still holds. */
function stage({ reading }: RunHost): { run: string; state: string } {
  const { run, state } = reading.kind === 'run' ? reading.run : { run: '', state: '' };
  return { run, state };
}

/** What was copied last, for as long as the button says so. */
class Clipboard implements Copying {
  constructor(host: RunHost, changed: () => void) {
    this._host = host;
    this._changed = changed;
  }

  copied: Copied = NOTHING;

  async copy(line: string): Promise<void> {
    const done = await this._host.copy(line).then(
      () => true,
      () => false
    );
    this._say({ line, done });
    this.end();
    this._timer = window.setTimeout(() => this._say(NOTHING), SAID);
  }

  end(): void {
    window.clearTimeout(this._timer);
  }

  private _say(copied: Copied): void {
    this.copied = copied;
    this._changed();
  }

  private readonly _host: RunHost;
  private readonly _changed: () => void;
  private _timer = 0;
}

function page(host: RunHost, tools: Tools, folds: Folds): Wanted {
  const { words, reading } = host;
  if (reading.kind !== 'run') {
    return h('div', { class: 'wfv-run', tabindex: -1 }, h('p', {}, absent(words, reading)));
  }
  const run = reading.run;
  return h(
    'div',
    { class: 'wfv-run', tabindex: -1 },
    header(words, run, tools),
    ...failures(words, run, folds, tools),
    ...questions(words, run, tools),
    ...problems(run),
    ...cards(words, run, tools),
    ...unmended(words, run),
    ways(words, run, tools),
    limit(host, run),
    ...applied(words, run),
    graph(words, run),
    timeline(words, run, folds),
    table(words, run, folds),
    ...remarks(words, run),
    foot(words, run),
    h('div', { key: 'said', class: 'wfv-hidden', role: 'status' }, said(words, run, tools))
  );
}

/** Say why there are lines only, where there would be buttons. */
function limit({ limit }: RunHost, run: Snapshot): Child {
  const wanted = run.fixes?.length || run.questions?.length;
  return wanted && limit ? h('p', { key: 'limit', class: 'wfv-small' }, limit) : null;
}

function absent(words: Words, reading: { kind: string; version?: number }): string {
  return reading.kind === 'later'
    ? words.__(
        'This report was made by a later version (%1): update wfrepair-magic to see it.',
        reading.version
      )
    : words.__('There is no run to show here.');
}

function header(words: Words, run: Snapshot, tools: Tools): Wanted {
  const kind = kindOf(run.state);
  return h(
    'div',
    { key: 'header', class: 'wfv-header' },
    h(
      'div',
      { class: 'wfv-title' },
      h(
        'span',
        { class: `wfv-state wfv-${kind}` },
        icon(run.state),
        ` ${stateWord(words, run.state)}`
      ),
      h('strong', { class: 'wfv-name' }, run.workflow || words.__('workflow')),
      h('span', { class: 'wfv-time' }, time(words, run)),
      stop(words, run, tools)
    ),
    tools.deeds.told('run'),
    progress(words, run),
    h('div', { class: 'wfv-counts' }, ...facts(words, run))
  );
}

/** Draw the button that ends a run under way. */
function stop(words: Words, run: Snapshot, { actions, deeds }: Tools): Child {
  const here = actions && !run.finished && run.state === 'RUNNING';
  return (
    here &&
    deeds.button({
      group: 'run',
      label: words.__('Stop'),
      title: words.__('Stop the run; what is done stays'),
      line: STOP,
      do: () => actions.stop(run)
    })
  );
}

/** Write the time since the start; under way, beside what earlier runs took. */
function time(words: Words, run: Snapshot): string {
  const elapsed = duration(words, run.finished ? run.elapsed : Math.round(run.elapsed * 10) / 10);
  if (run.finished || !run.usual) {
    return elapsed;
  }
  const usual = duration(words, run.usual);
  return run.elapsed > OVER * run.usual
    ? words.__('%1, usually about %2', elapsed, usual)
    : words.__('%1 of about %2', elapsed, usual);
}

/** Draw how far a run is, a stretch for each state; when it is over, what it came to. */
function progress(words: Words, run: Snapshot): Child {
  const meaning = run.finished
    ? { role: 'img', 'aria-label': counted(words, run.counts ?? {}) }
    : {
        role: 'progressbar',
        'aria-label': words.__('Progress of the run'),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': run.percent
      };
  const key = run.finished ? 'sum' : 'progress';
  return run.total > 0 && bar({ key, ...meaning }, run.counts ?? {});
}

function facts(words: Words, run: Snapshot): Child[] {
  const told = [
    run.finished ? '' : `${run.percent} %`,
    run.saved ? words.__('reuse saved %1', duration(words, run.saved)) : '',
    (run.attempt ?? 1) > 1 ? words.__('pass %1', run.attempt) : ''
  ].filter(Boolean);
  return [
    ...ordered(run.counts ?? {}).map(([state, count]) => countOf(words, state, count)),
    ...told.map(text => h('span', { key: text, class: 'wfv-count' }, text))
  ];
}

/** Say which run this is; of one under way, when it looked like this. */
function foot(words: Words, run: Snapshot): Child {
  if (!run.run) {
    return null;
  }
  const place = words.__('run %1 · session %2', run.run, run.session);
  const at = new Date(run.at * 1000).toLocaleTimeString();
  return h(
    'p',
    { key: 'foot', class: 'wfv-small wfv-foot' },
    run.finished ? place : words.__('%1 · as of %2', place, at)
  );
}

/** Name the first of several nodes. */
function named(nodes: readonly string[]): string {
  return nodes.slice(0, NAMED).join(', ') + (nodes.length > NAMED ? ' …' : '');
}

/** Say what a reader who does not look should hear: it changes only when that does. */
function said(words: Words, run: Snapshot, { copying, deeds }: Tools): string {
  const { line, done } = copying.copied;
  if (line) {
    return done
      ? words.__('Copied: %1', line)
      : words.__('The browser does not let this page copy: select the line instead.');
  }
  if (deeds.said) {
    return deeds.said;
  }
  const failed = named((run.failures ?? []).map(failure => failure.node));
  const asked = named((run.questions ?? []).map(question => question.node));
  const parts = [
    words.__('%1: %2', run.workflow || words.__('workflow'), stateWord(words, run.state)),
    run.owner && words.__('waits for %1', run.owner),
    failed && words.__('failed: %1', failed),
    asked && words.__('a person must say: %1', asked)
  ];
  return parts.filter(Boolean).join('; ');
}
