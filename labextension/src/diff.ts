/** A unified diff as lines, marked by sign and by element. */

import { h, type Wanted } from './dom';
import type { Words } from './tokens';

const TAGS: Readonly<Record<string, string>> = { '+': 'ins', '-': 'del', '@': 'i' };

/** Draw a diff; nothing where there is none. */
export function diff(words: Words, text: string): Wanted | null {
  if (!text) {
    return null;
  }
  const all = text.split('\n');
  const lines = all.map((line, at) => h(tag(all, at), {}, `${line}\n`));
  const label = { role: 'group', tabindex: 0, 'aria-label': words.__('Change of the text') };
  return h('pre', { class: 'wfv-diff', ...label }, ...lines);
}

function tag(lines: readonly string[], at: number): string {
  const named = isHead(lines, at) || isHead(lines, at - 1);
  return (named ? undefined : TAGS[lines[at][0]]) ?? 'span';
}

/** Tell whether the names of a diff's two sides begin here; a changed line may look like one. */
function isHead(lines: readonly string[], at: number): boolean {
  const [old, young, next] = [lines[at], lines[at + 1], lines[at + 2] ?? '@@'];
  return Boolean(old?.startsWith('---') && young?.startsWith('+++') && next.startsWith('@@'));
}
