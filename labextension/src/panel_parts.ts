/** What the parts of the panel share: what they draw with, and the small things they draw. */

import { active, h, type Wanted } from './dom';
import type { Verdict } from './lines';
import type { Shown } from './panel_model';
import type { Words } from './tokens';
import type { EffectLine } from './wire';

/** Whoever shows the panel: it gives what is to be drawn, and does what a reader asks for. */
export interface PanelHost {
  readonly words: Words;
  readonly shown: Shown;
  /** Give the time in seconds, to say how long ago something was. */
  now(): number;
  watch(listener: () => void): () => void;
  copy(text: string): Promise<void>;
  refresh(): void;
  more(): void;
  choose(run: string): void;
  close(): void;
  /** Answer for an effect in doubt, and go on with its run where that can be. */
  answer(effect: EffectLine, verdict: Verdict): void;
  /** Show the cell in which a run ran; null where none is open. */
  reveal(run: string): (() => void) | null;
}

/** What the parts of the panel need beside what is shown. */
export interface Drawing {
  readonly host: PanelHost;
  readonly words: Words;
  readonly shown: Shown;
  /** The text that was copied last, for a moment. */
  readonly copied: string;
  copy(text: string): void;
}

/** Draw a button with a word on it. */
export function button(word: string, click: () => void, label?: string): Wanted {
  return active(
    'button',
    { type: 'button', class: 'wfv-button', key: word, 'aria-label': label },
    { click },
    word
  );
}

/** Draw text to type, with a button that copies it. */
export function toCopy({ words, copied, copy }: Drawing, text: string): Wanted {
  const label = words.__('Copy %1', text.split('\n')[0]);
  const word = copied === text ? words.__('Copied') : words.__('Copy');
  return h(
    'div',
    { key: text, class: 'wfv-do' },
    h('pre', {}, h('code', {}, text)),
    button(word, () => copy(text), label)
  );
}
