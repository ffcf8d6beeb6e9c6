/** Help in cells that begin with `%%workflow`, there as long as they do, and in no other cell. */

import {
  Compartment,
  EditorState,
  StateEffect,
  type Extension,
  type Text
} from '@codemirror/state';
import { ViewPlugin, type EditorView, type ViewUpdate } from '@codemirror/view';

import { colours } from './colours';
import { hover, type Tell } from './hover';
import { isWorkflow } from './language';
import { again, lint, type Check } from './lint';

/** What a cell is helped with: answers of its kernel, and when these may have changed. */
export interface Adviser {
  readonly check: Check;
  readonly tell: Tell;
  /** Call `listener` when the kernel may know more; gives a function that ends this. */
  watch(listener: () => void): () => void;
}

/** Whether there shall be help at all; `watch` calls after every change. */
export interface Switch {
  readonly isOn: boolean;
  watch(listener: () => void): () => void;
}

/** Tells an editor to look again whether it wants help. */
const look = StateEffect.define<null>();

/** Give what an editor needs whose text is `text` when it begins. */
export function editing(text: string, adviser: Adviser, wanted: Switch): Extension {
  const place = new Compartment();
  const isHelped = (state: EditorState) => place.get(state) === help;
  const help: Extension = [
    colours,
    lint(adviser.check, view => isHelped(view.state)),
    hover(adviser.tell),
    rechecking(adviser)
  ];
  const fitting = (isOurs: boolean) => (wanted.isOn && isOurs ? help : []);
  return [
    place.of(fitting(isWorkflow(text.split('\n')))),
    EditorState.transactionExtender.of(transaction => {
      if (!transaction.docChanged && !transaction.effects.some(effect => effect.is(look))) {
        return null;
      }
      const next = fitting(isWorkflow(linesOf(transaction.newDoc)));
      const same = (next === help) === isHelped(transaction.startState);
      return same ? null : { effects: place.reconfigure(next) };
    }),
    following(wanted)
  ];
}

function* linesOf(doc: Text): Iterable<string> {
  for (let number = 1; number <= doc.lines; number += 1) {
    yield doc.line(number).text;
  }
}

/** Look again whenever help is switched on or off. */
function following(wanted: Switch): Extension {
  return ViewPlugin.define(view => ({
    destroy: wanted.watch(() => view.dispatch({ effects: look.of(null) }))
  }));
}

/** Check again when the kernel may know more, and when somebody comes to the cell. */
function rechecking(adviser: Adviser): Extension {
  return ViewPlugin.define((view: EditorView) => {
    const check = () => view.dispatch({ effects: again.of(null) });
    return {
      destroy: adviser.watch(check),
      update: (update: ViewUpdate) => {
        if (update.focusChanged && view.hasFocus) {
          queueMicrotask(check);
        }
      }
    };
  });
}
