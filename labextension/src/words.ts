/** How states, times and counts are written: the same words as in the report's text form. */

import type { Words } from './tokens';

/** The colours that states have; icon and word say the same without them. */
export type Kind = 'good' | 'bad' | 'busy' | 'warn' | 'calm';

const KINDS: Readonly<Record<string, Kind>> = {
  done: 'good',
  reused: 'good',
  SUCCESS: 'good',
  failed: 'bad',
  FAILED: 'bad',
  running: 'busy',
  RUNNING: 'busy',
  waiting: 'warn',
  in_doubt: 'warn',
  cancelled: 'warn',
  WAITING: 'warn',
  DEGRADED: 'warn',
  CANCELLED: 'warn'
};

/** Give the colour of a state; states that mean nothing yet, or no more, are calm. */
export function kindOf(state: string): Kind {
  return KINDS[state] ?? 'calm';
}

/** Give a state as people read it. */
export function stateWord(words: Words, state: string): string {
  switch (state.toLowerCase()) {
    case '':
      return words.__('starting');
    case 'pending':
      return words.__('pending');
    case 'running':
      return words.__('running');
    case 'done':
      return words.__('done');
    case 'reused':
      return words.__('reused');
    case 'failed':
      return words.__('failed');
    case 'skipped':
      return words.__('skipped');
    case 'cancelled':
      return words.__('cancelled');
    case 'waiting':
      return words.__('waiting');
    case 'in_doubt':
      return words.__('in doubt');
    case 'success':
      return words.__('success');
    case 'degraded':
      return words.__('degraded');
    case 'unfinished':
      return words.__('unfinished');
  }
  return state.replace(/_/g, ' ');
}

/** Write a length of time with two figures that matter: `40 ms`, `1.2 s`, `3 min 20 s`. */
export function duration(words: Words, seconds: number): string {
  if (seconds >= 86400) {
    return pair(seconds, 3600, 24, words.__('d'), words.__('h'));
  }
  if (seconds >= 3600) {
    return pair(seconds, 60, 60, words.__('h'), words.__('min'));
  }
  if (seconds >= 60) {
    return pair(seconds, 1, 60, words.__('min'), words.__('s'));
  }
  if (seconds >= 0.1) {
    return `${seconds.toFixed(seconds >= 10 ? 0 : 1)} ${words.__('s')}`;
  }
  if (seconds >= 0.001) {
    return `${(seconds * 1000).toFixed(0)} ${words.__('ms')}`;
  }
  return seconds > 0 ? words.__('under 1 ms') : `0 ${words.__('s')}`;
}

function pair(seconds: number, step: number, size: number, unit: string, lower: string): string {
  const steps = Math.round(seconds / step);
  const rest = steps % size;
  const whole = `${Math.floor(steps / size)} ${unit}`;
  return rest ? `${whole} ${rest} ${lower}` : whole;
}

/** Write an age in one unit: `just now`, `40 s ago`, `3 h ago`. */
export function ago(words: Words, seconds: number): string {
  if (seconds < 5) {
    return words.__('just now');
  }
  if (seconds >= 86400) {
    return words.__('%1 d ago', Math.floor(seconds / 86400));
  }
  if (seconds >= 3600) {
    return words.__('%1 h ago', Math.floor(seconds / 3600));
  }
  if (seconds >= 60) {
    return words.__('%1 min ago', Math.floor(seconds / 60));
  }
  return words.__('%1 s ago', Math.floor(seconds));
}

export type Counts = Readonly<Record<string, number>>;

const ORDER = [
  'done',
  'reused',
  'failed',
  'in_doubt',
  'waiting',
  'cancelled',
  'running',
  'pending',
  'skipped'
];

/** Give counts by state in the order in which people read them: a file may have sorted them. */
export function ordered(counts: Counts): [string, number][] {
  const known = ORDER.filter(state => counts[state]);
  const others = Object.keys(counts).filter(state => !ORDER.includes(state) && counts[state]);
  return [...known, ...others].map(state => [state, counts[state]]);
}

/** Write counts by state: `2 done, 1 failed`. */
export function counted(words: Words, counts: Counts): string {
  return ordered(counts)
    .map(([state, count]) => `${count} ${stateWord(words, state)}`)
    .join(', ');
}

/** Say what would help against a failure. */
export function helpWord(words: Words, helps: string): string {
  switch (helps) {
    case 'wait':
      return words.__('time: it may pass by itself');
    case 'change':
      return words.__('an edit of the workflow');
    case 'human':
      return words.__('a person');
  }
  return words.__('nothing that is known');
}

/** Say what became of the effect of a node that failed. */
export function effectWord(words: Words, effect: string): string {
  switch (effect) {
    case 'no':
      return words.__('did not happen');
    case 'yes':
      return words.__('happened');
    case 'reported':
      return words.__('the node says that it failed');
  }
  return words.__('in doubt');
}

/** Say how far a fix was checked before it was offered. */
export function rungWord(words: Words, rung: string): string {
  switch (rung) {
    case 'V0':
      return words.__('it can be read');
    case 'V1':
      return words.__('the static check finds nothing new');
    case 'V2':
      return words.__('its templates resolve on the stored results');
    case 'V3':
      return words.__('the failed node ran');
    case 'V4':
      return words.__('all that was done stays as it was');
  }
  return rung;
}

/** Say what may be done with a fix. */
export function levelWord(words: Words, level: string): string {
  switch (level) {
    case 'SHOW':
      return words.__('to look at');
    case 'ASK':
      return words.__('asks before it is applied');
    case 'SAFE':
      return words.__('safe to apply');
  }
  return level;
}

/** Say what the next run would do with a node. */
export function verdictWord(words: Words, verdict: string): string {
  switch (verdict) {
    case 'reused':
      return words.__('reused');
    case 'runs':
      return words.__('runs');
    case 'would send':
      return words.__('would send');
    case 'would send again':
      return words.__('would send again');
    case 'would resend':
      return words.__('would resend');
    case 'would verify':
      return words.__('would verify');
    case 'in doubt':
      return words.__('in doubt');
    case 'failed':
      return words.__('failed');
  }
  return verdict;
}

/** Cut the middle out of a text: names differ at their ends. */
export function shortened(text: string, width: number): string {
  const letters = [...text];
  if (letters.length <= width) {
    return text;
  }
  const tail = Math.max(Math.floor((width - 1) / 2), 0);
  const head = letters.slice(0, Math.max(width - tail - 1, 0)).join('');
  return `${head}…${tail ? letters.slice(-tail).join('') : ''}`;
}
