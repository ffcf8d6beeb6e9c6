/** An editor in memory, and what tests ask it. */

import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

import { place } from './page';

// What an editor asks of a page when it is drawn, and jsdom does not have as a global name.
const page = document.defaultView as unknown as Record<string, unknown>;
for (const name of ['MutationObserver', 'getComputedStyle', 'requestAnimationFrame', 'Range']) {
  Object.defineProperty(globalThis, name, { value: page[name], configurable: true });
}
Object.defineProperty(globalThis, 'cancelAnimationFrame', {
  value: page.cancelAnimationFrame,
  configurable: true
});
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;

/** Give an editor on the page. */
export function editor(doc: string, extensions: Extension): EditorView {
  return new EditorView({ state: EditorState.create({ doc, extensions }), parent: place() });
}

/** Replace a piece of an editor's text; the first such piece is meant. */
export function replace(view: EditorView, old: string, text: string): void {
  const from = view.state.doc.toString().indexOf(old);
  view.dispatch({ changes: { from, to: from + old.length, insert: text } });
}
