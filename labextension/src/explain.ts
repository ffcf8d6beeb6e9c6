/** What a failure means, what helps against it, and what it left behind, in whole sentences. */

import type { Words } from './tokens';
import type { FailureNote } from './wire';

/** Explain a failure, a sentence or two for each thing that a reader asks. */
export function explained(words: Words, failure: FailureNote): string[] {
  return [
    failure.meaning ? words.__('%1 means: %2.', failure.code, failure.meaning) : '',
    help(words, failure.helps),
    effect(words, failure.effect)
  ].filter(Boolean);
}

function help(words: Words, helps: string): string {
  switch (helps) {
    case 'wait':
      return words.__(
        'It may pass by itself: run the cell again after a while, and what is done is reused.'
      );
    case 'change':
      return words.__(
        'As it is written it would fail again: edit the workflow, or accept a repair, and what is done is reused.'
      );
    case 'human':
      return words.__('It needs somebody who sets right what lies outside the workflow first.');
  }
  return words.__('Nothing is known that helps.');
}

function effect(words: Words, effect: string): string {
  switch (effect) {
    case 'no':
      return words.__(
        'The effect of the node did not happen, so that nothing happens twice when it runs again.'
      );
    case 'yes':
      return words.__('The effect of the node had happened before it failed.');
    case 'reported':
      return words.__('The node itself says that it failed, so that it counts as not done.');
  }
  return words.__(
    'Whether the effect of the node happened is not known: look at the other side, then say so.'
  );
}
