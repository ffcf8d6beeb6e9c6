/** A unified diff as lines, marked by sign and by element. */

import { h, type Wanted } from './dom';
import type { Words } from './tokens';

const TAGS: Readonly<Record<string, string>> = { '+': 'ins', '-': 'del', '@': 'i' };

/** Draw a diff; nothing where there is none. */
export function diff(words: Words, text: string): Wanted | null {
  if (!text) {
    return null;
  }
  const lines = text.split('\n').map(line => h(TAGS[line[0]] ?? 'span', {}, `${line}\n`));
  const label = { role: 'group', tabindex: 0, 'aria-label': words.__('Change of the text') };
  return h('pre', { class: 'wfv-diff', ...label }, ...lines);
}
