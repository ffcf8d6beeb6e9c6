/** Marks at what the kernel's own check finds wrong in a workflow cell. */

import { linter, nextDiagnostic, type Diagnostic } from '@codemirror/lint';
import { StateEffect, type Extension, type Text } from '@codemirror/state';
import { keymap, type EditorView } from '@codemirror/view';

import { rangeOf } from './places';
import type { Mark } from './wire';

/** So long after the last change a cell is checked, in milliseconds. */
const PAUSE = 300;
const WORD = /"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?|[\p{L}\p{N}_$.-]+|\S/uy;

/** Tells an editor to check its text again: what the kernel knows may have changed. */
export const again = StateEffect.define<null>();

/** Whoever checks a text; nothing where nobody can. */
export type Check = (text: string) => Promise<readonly Mark[]>;

/** Give what is drawn for problems; where the length is not known, the word there is marked. */
export function diagnostics(doc: Text, marks: readonly Mark[]): Diagnostic[] {
  return marks.map(mark => {
    const { from, to } = rangeOf(doc, mark, mark.length ?? 0);
    return {
      from,
      to: to > from ? to : wordEnd(doc, from),
      severity: mark.severity,
      message: [mark.code, mark.message, mark.hint].filter(Boolean).join(' '),
      renderMessage: () => told(mark)
    };
  });
}

function wordEnd(doc: Text, at: number): number {
  const line = doc.lineAt(at);
  WORD.lastIndex = at - line.from;
  return WORD.test(line.text) ? line.from + WORD.lastIndex : at;
}

/** Draw a problem as text: its code, what is wrong, what would be right. */
function told(mark: Mark): HTMLElement {
  const made = document.createElement('div');
  made.className = 'wfv-mark';
  if (mark.code) {
    made.append(element('code', mark.code), ' ');
  }
  made.append(mark.message);
  if (mark.hint) {
    made.append(element('div', mark.hint));
  }
  return made;
}

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** Check a cell when it has changed; `isOn` tells whether it still wants to hear of it. */
export function lint(check: Check, isOn: (view: EditorView) => boolean): Extension {
  const source = async (view: EditorView): Promise<Diagnostic[]> => {
    const { doc } = view.state;
    const marks = await check(doc.toString());
    return isOn(view) ? diagnostics(doc, marks) : new Promise(() => undefined);
  };
  return [
    linter(source, {
      delay: PAUSE,
      needsRefresh: update =>
        update.transactions.some(each => each.effects.some(effect => effect.is(again))),
      // What somebody reads stays while the same text is checked again.
      hideOn: transaction => (transaction.docChanged ? null : false)
    }),
    keymap.of([{ key: 'F8', run: nextDiagnostic }])
  ];
}
