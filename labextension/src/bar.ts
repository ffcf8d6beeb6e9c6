/** A bar with a stretch for each state: how far a run is, or a wave of it. */

import { h, type Attributes, type Wanted } from './dom';
import { kindOf, ordered, type Counts } from './words';

/**
 * Draw how many nodes have each state; those that are pending leave the bar empty.
 *
 * A saved snapshot may say anything: what is no number is no style.
 */
export function bar(attributes: Attributes, counts: Counts): Wanted {
  const stretches = ordered(counts).filter(([state]) => state !== 'pending');
  return h(
    'div',
    { ...attributes, class: 'wfv-bar' },
    ...stretches.map(([state, count]) =>
      h('span', {
        key: state,
        class: `wfv-${kindOf(state)} wfv-is-${state}`,
        style: `flex-grow: ${Number(count)}`
      })
    ),
    h('span', { key: 'rest', style: `flex-grow: ${Number(counts.pending ?? 0)}` })
  );
}
