/** The effects of a project: those in doubt first, with the buttons that end a doubt. */

import { active, h, prose, type Child, type Wanted } from './dom';
import { icon } from './icons';
import { button, toCopy, type Drawing } from './panel_parts';
import type { EffectLine } from './wire';
import { ago, duration } from './words';

/** Ask about every effect whose outcome a person must say. */
export function doubts(drawing: Drawing): Child {
  const { words, shown } = drawing;
  const open = shown.effects.filter(effect => effect.doubt);
  return (
    (open.length > 0 || shown.said !== '') &&
    h(
      'section',
      { key: 'doubts', class: 'wfv-section wfv-stack', 'aria-label': words.__('In doubt') },
      ...open.map(effect => doubt(drawing, effect)),
      shown.said !== '' && h('p', { key: 'said', class: 'wfv-small wfv-lines' }, shown.said)
    )
  );
}

function doubt(drawing: Drawing, effect: EffectLine): Wanted {
  const { words, shown, host } = drawing;
  const [sent, unsent] = effect.lines ?? [];
  const ask = questionOf(effect) || words.__('Did it happen? Its outcome is not known.');
  return h(
    'div',
    { role: 'group', key: keyOf(effect), class: 'wfv-note wfv-warn', 'aria-label': effect.node },
    h(
      'p',
      { class: 'wfv-cause' },
      icon('in_doubt'),
      h('span', {}, h('strong', {}, effect.node), ' · ', ...prose(ask))
    ),
    h('p', { class: 'wfv-small' }, facts(drawing, effect)),
    shown.source.here &&
      sent &&
      unsent &&
      h(
        'div',
        { key: 'verdicts', class: 'wfv-do' },
        button(words.__('It was sent'), () => host.answer(effect, 'sent')),
        button(words.__('It was not sent'), () => host.answer(effect, 'not-sent'))
      ),
    sent &&
      h(
        'details',
        { key: 'lines', class: 'wfv-more' },
        h('summary', {}, words.__('as a line to type')),
        ...(effect.lines ?? []).map(line => toCopy(drawing, line))
      )
  );
}

/** Give the question without the node's name, which stands before it. */
function questionOf({ node, question = '' }: EffectLine): string {
  return question.startsWith(`${node}: `) ? question.slice(node.length + 2) : question;
}

/** Draw the ledger: folded away, for most look at it seldom. */
export function effects(drawing: Drawing): Child {
  const { words, shown } = drawing;
  const settled = shown.effects.filter(effect => !effect.doubt);
  const count = settled.length;
  return (
    count > 0 &&
    h(
      'details',
      { key: 'effects', class: 'wfv-section wfv-part' },
      h('summary', {}, h('h3', {}, words._n('%1 effect', '%1 effects', count, count))),
      h('ul', { class: 'wfv-list' }, ...settled.map(effect => row(drawing, effect)))
    )
  );
}

function row(drawing: Drawing, effect: EffectLine): Wanted {
  const { host, words } = drawing;
  return h(
    'li',
    { key: keyOf(effect) },
    active(
      'button',
      {
        type: 'button',
        class: 'wfv-row',
        title: words.__('Show the run %1', effect.run),
        'data-run': effect.run
      },
      { click: () => host.choose(effect.run) },
      h('span', { class: 'wfv-row-name' }, effect.node),
      h('span', { class: 'wfv-small' }, ago(words, Math.max(host.now() - effect.began, 0))),
      h('span', { class: 'wfv-row-note' }, effect.words),
      h('span', { class: 'wfv-row-note wfv-small' }, facts(drawing, effect))
    )
  );
}

function facts({ words }: Drawing, effect: EffectLine): string {
  const told = [
    effect.workflow,
    typeof effect.took === 'number' ? words.__('took %1', duration(words, effect.took)) : '',
    effect.said ? words.__('said by %1', effect.said) : ''
  ];
  return told.filter(Boolean).join(' · ');
}

function keyOf(effect: EffectLine): string {
  return [effect.session, effect.node, effect.run, effect.began].join(' ');
}
