/** The host where there is no labextension: one module, which anywidget loads (VS Code, a bare Lab). */

import { copy } from './clipboard';
import { RunModel } from './model';
import { runView } from './run_view';
import type { RunHost, Words } from './tokens';

/** The widget's one trait: a snapshot, as the kernel made it. */
const TRAIT = 'snapshot';

/** The part of a widget's model that a view of it needs. */
export interface Traits {
  get(name: string): unknown;
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

/** English, with the values put in: there is no translator here. */
const words: Words = {
  __: (text, ...values) =>
    text.replace(/%(\d)/g, (_, place: string) => String(values[Number(place) - 1])),
  _n: (one, many, count, ...values) => words.__(count === 1 ? one : many, ...values)
};

/** Draw a run in an element, and keep it up to date; gives what undraws it. */
function render({ model, el }: { model: Traits; el: HTMLElement }): () => void {
  const run = new RunModel();
  const take = () => run.set(model.get(TRAIT));
  const host: RunHost = {
    words,
    copy,
    actions: null,
    get reading() {
      return run.reading;
    },
    watch: listener => run.watch(listener)
  };
  el.classList.add('wfv-output');
  take();
  model.on(`change:${TRAIT}`, take);
  const undraw = runView(host, el);
  return () => {
    model.off(`change:${TRAIT}`, take);
    undraw();
  };
}

export default { render };
