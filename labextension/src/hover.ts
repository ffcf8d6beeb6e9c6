/** What the kernel knows of the word under the pointer in a workflow cell. */

import type { Extension } from '@codemirror/state';
import { hoverTooltip, type Tooltip } from '@codemirror/view';

import { placeOf, rangeOf, type Place } from './places';
import type { Hover } from './wire';

/** So long the pointer rests before anything is shown, in milliseconds. */
const PAUSE = 300;

/** Whoever knows the words of a text; nothing where nobody does. */
export type Tell = (text: string, place: Place) => Promise<Hover | null>;

/** Show what is known of the word under the pointer. */
export function hover(tell: Tell): Extension {
  return hoverTooltip(
    async (view, pos, side): Promise<Tooltip | null> => {
      const { doc } = view.state;
      const at = Math.max(side < 0 ? pos - 1 : pos, 0);
      const found = await tell(doc.toString(), placeOf(doc, at));
      if (!found) {
        return null;
      }
      const { from, to } = rangeOf(doc, found, found.length);
      const points = from <= at && at < to && view.state.doc.eq(doc);
      return points ? { pos: from, end: to, above: true, create: () => drawn(found) } : null;
    },
    { hoverTime: PAUSE, hideOnChange: true }
  );
}

function drawn(found: Hover): { dom: HTMLElement } {
  const dom = document.createElement('div');
  dom.className = 'wfv-word';
  for (const text of found.lines) {
    const line = document.createElement('div');
    line.textContent = text;
    dom.append(line);
  }
  return { dom };
}
