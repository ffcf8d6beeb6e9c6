/** The sign of each state, drawn on 16 × 16 points: told apart by form, not by colour alone. */

import { h, type Wanted } from './dom';
import { kindOf } from './words';

const RING = 'M8 1.75a6.25 6.25 0 1 1 0 12.5a6.25 6.25 0 1 1 0-12.5z';
const PATHS: Readonly<Record<string, readonly string[]>> = {
  good: [RING, 'M5 8.25l2.1 2.1L11 6'],
  bad: [RING, 'M5.75 5.75l4.5 4.5M10.25 5.75l-4.5 4.5'],
  running: ['M8 1.75a6.25 6.25 0 0 1 6.25 6.25', 'M8 1.75a6.25 6.25 0 1 0 6.25 6.25'],
  reused: ['M13.4 5.2A6.1 6.1 0 1 0 14.1 8.6', 'M13.9 1.9v3.6h-3.6'],
  question: [RING, 'M6.2 6.4a1.9 1.9 0 1 1 2.6 1.75c-.55.25-.8.6-.8 1.1', 'M8 11.4v.1'],
  cancelled: [RING, 'M6 6h4v4h-4z'],
  alert: ['M8 2.2L14.3 13.4H1.7z', 'M8 6.4v3.2', 'M8 11.5v.1'],
  skipped: ['M4.5 8h7'],
  pending: [RING]
};

function pathsOf(state: string): readonly string[] {
  const name = state.toLowerCase();
  if (name === 'in_doubt' || name === 'waiting') {
    return PATHS.question;
  }
  if (name === 'degraded') {
    return PATHS.alert;
  }
  const kind = kindOf(state);
  return PATHS[name] ?? PATHS[kind] ?? PATHS.pending;
}

/** Draw the sign of a state; it always stands beside the word. */
export function icon(state: string, place: { x?: number; y?: number } = {}): Wanted {
  const turning = state.toLowerCase() === 'running' ? ' wfv-turn' : '';
  return h(
    'svg',
    {
      ...place,
      class: `wfv-icon wfv-${kindOf(state)}${turning}`,
      viewBox: '0 0 16 16',
      width: 16,
      height: 16,
      'aria-hidden': 'true',
      focusable: 'false'
    },
    h('g', {}, ...pathsOf(state).map((d, place) => h('path', { d, class: place ? 'wfv-in' : '' })))
  );
}
