/** What a run came to besides its nodes: failures, questions, problems, and what was said. */

import type { Deed } from './deeds';
import { active, h, prose, type Child, type Wanted } from './dom';
import { explained } from './explain';
import { acts, type Tools } from './cards';
import type { Folds } from './folds';
import { icon } from './icons';
import { resolveLine, type Verdict } from './lines';
import type { Actions, Words } from './tokens';
import type { Applied, FailureNote, Finding, Snapshot } from './wire';
import { effectWord, helpWord } from './words';
import { diff } from './diff';

/** How many failures are told at once; the others can be unfolded. */
const TOLD = 3;

/** Draw the failures, each as one red line with its facts below. */
export function failures(words: Words, run: Snapshot, folds: Folds, tools: Tools): Child[] {
  const all = (run.failures ?? []).map((failure, place) => () => {
    const explanation = tools.actions ? explain(words, failure, place, folds) : null;
    return drawFailure(words, failure, place, explanation);
  });
  const rest = all.slice(TOLD);
  const summary = words._n('%1 more failure', '%1 more failures', rest.length, rest.length);
  return [
    ...all.slice(0, TOLD).map(make => make()),
    rest.length > 0 && folds.fold('failures', summary, () => rest.map(make => make()))
  ];
}

function drawFailure(
  words: Words,
  failure: FailureNote,
  place: number,
  explanation: Child[] | null
): Wanted {
  const facts = [...factsOf(words, failure), ...(explanation ? [] : kindOf(words, failure))];
  return h(
    'div',
    {
      role: 'group',
      key: `failure ${place}`,
      class: 'wfv-note wfv-bad',
      'aria-label': words.__('Failure')
    },
    h(
      'p',
      { class: 'wfv-cause' },
      icon('failed'),
      h('span', {}, h('strong', {}, failure.node), ' · ', ...prose(failure.cause))
    ),
    failure.hint ? h('p', { class: 'wfv-hint' }, '→ ', ...prose(failure.hint)) : null,
    drawFacts(facts),
    failure.detail
      ? h(
          'details',
          { key: 'detail', class: 'wfv-more' },
          h('summary', {}, words.__('detail')),
          h('pre', {}, failure.detail)
        )
      : null,
    ...(explanation ?? [])
  );
}

/** Draw facts, each with its label; those that nothing is known of are left out. */
function drawFacts(facts: readonly [string, readonly string[]][]): Wanted {
  const known = facts.filter(([, texts]) => texts.some(Boolean));
  return h(
    'dl',
    { class: 'wfv-facts' },
    ...known.map(([label, texts]) =>
      h(
        'div',
        { key: label },
        h('dt', {}, label),
        h('dd', {}, ...texts.map((text, at) => h('span', { key: String(at) }, ...prose(text))))
      )
    )
  );
}

/** Draw the button that explains a failure, and the explanation while it is wanted. */
function explain(words: Words, failure: FailureNote, place: number, folds: Folds): Child[] {
  const name = `explained ${place}`;
  const open = folds.isOpen(name);
  const click = () => folds.set(name, !open);
  return [
    h(
      'div',
      { key: 'acts', class: 'wfv-acts' },
      active(
        'button',
        {
          type: 'button',
          class: 'wfv-button wfv-quiet',
          'aria-expanded': open ? 'true' : 'false',
          'aria-label': place > 0 ? words.__('Explain: %1', failure.node) : undefined
        },
        { click },
        words.__('Explain')
      )
    ),
    open &&
      h(
        'div',
        { key: 'explained', class: 'wfv-explained' },
        ...explained(words, failure).map(text => h('p', {}, ...prose(text))),
        drawFacts(kindOf(words, failure))
      )
  ];
}

function factsOf(words: Words, failure: FailureNote): [string, readonly string[]][] {
  const tries = failure.attempts ?? 1;
  return [
    [words.__('place'), failure.places ?? []],
    [words.__('code'), [failure.meaning ? `${failure.code} – ${failure.meaning}` : failure.code]],
    [words.__('what helps'), [helpWord(words, failure.helps)]],
    [words.__('its effect'), [effectWord(words, failure.effect)]],
    [words.__('tries'), [tries > 1 ? String(tries) : '']],
    [words.__('inputs'), [(failure.inputs ?? []).join(', ')]]
  ];
}

/** Give what sort of failure it is: seldom of use to whoever reads its cause. */
function kindOf(words: Words, failure: FailureNote): [string, readonly string[]][] {
  return [
    [words.__('category'), [failure.category]],
    [words.__('type'), [failure.error_type ?? '']]
  ];
}

/** Draw what a person is asked. */
export function questions(words: Words, run: Snapshot, tools: Tools): Child[] {
  return (run.questions ?? []).map((_, place) => drawQuestion(words, run, place, tools));
}

function drawQuestion(words: Words, run: Snapshot, place: number, tools: Tools): Wanted {
  const question = run.questions![place];
  return h(
    'div',
    {
      role: 'group',
      key: `question ${question.node}`,
      class: 'wfv-note wfv-warn',
      'aria-label': words.__('Question')
    },
    h(
      'p',
      { class: 'wfv-cause' },
      icon(question.state),
      h('span', {}, h('strong', {}, question.node), ' · ', ...prose(question.text))
    ),
    ...(tools.actions ? answers(words, run, place, tools, tools.actions) : [])
  );
}

/** Draw the answers to whether an effect happened; a value that is asked for needs a line. */
function answers(
  words: Words,
  run: Snapshot,
  place: number,
  { deeds, copying }: Tools,
  actions: Actions
): Child[] {
  const question = run.questions![place];
  if (question.state !== 'in_doubt') {
    return [];
  }
  const group = `question ${question.node}`;
  const deed = (verdict: Verdict, label: string): Deed => ({
    group,
    label,
    of: place > 0 ? question.node : '',
    line: resolveLine(run, question, verdict),
    do: () => actions.resolve(run, question, verdict)
  });
  const buttons = [
    deeds.button(deed('sent', words.__('It was sent'))),
    deeds.button(deed('not-sent', words.__('It was not sent')))
  ];
  const line = deeds.line(group, resolveLine(run, question, 'sent'));
  return [acts(words, buttons, line, copying), deeds.told(group)];
}

/** Draw what the check found. */
export function problems(run: Snapshot): Child[] {
  return (run.problems ?? []).map((problem, place) => drawProblem(problem, place));
}

function drawProblem(problem: Finding, place: number): Wanted {
  const bad = problem.severity === 'error';
  return h(
    'p',
    { key: `problem ${place}`, class: `wfv-note wfv-cause ${bad ? 'wfv-bad' : 'wfv-warn'}` },
    icon(bad ? 'failed' : 'DEGRADED'),
    h('span', {}, ...prose(problem.text))
  );
}

/** Draw the repairs that went in. */
export function applied(words: Words, run: Snapshot): Child[] {
  return (run.applied ?? []).map((fix, place) => drawApplied(words, fix, place));
}

function drawApplied(words: Words, fix: Applied, place: number): Wanted {
  return h(
    'details',
    { key: `applied ${place}`, class: 'wfv-card wfv-good' },
    h(
      'summary',
      {},
      icon('done'),
      ' ',
      h('strong', {}, ...prose(words.__('Fixed: %1', fix.title))),
      h('span', { class: 'wfv-small' }, ` ${words.__('%1 · by %2', fix.code, fix.by)}`)
    ),
    fix.why ? h('p', {}, ...prose(fix.why)) : null,
    diff(words, fix.diff ?? '')
  );
}

/** Say why there is no repair. */
export function unmended(words: Words, run: Snapshot): Child[] {
  return (run.abstained ?? []).map((text, place) =>
    h('p', { key: `no fix ${place}`, class: 'wfv-small' }, ...prose(words.__('no fix: %1', text)))
  );
}

/** Draw sentences that are no failures. */
export function remarks(words: Words, run: Snapshot): Child[] {
  const told = [
    run.owner ? waits(words, run.owner, run.doing ?? '') : '',
    ...(run.notices ?? [])
  ].filter(Boolean);
  return told.map((text, place) =>
    h('p', { key: `remark ${place}`, class: 'wfv-small' }, ...prose(text))
  );
}

function waits(words: Words, owner: string, doing: string): string {
  return doing
    ? words.__('waits for %1, who holds this session: %2', owner, doing)
    : words.__('waits for %1, who holds this session', owner);
}
