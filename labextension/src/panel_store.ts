/** What a project's store keeps, and what to type where there is nothing in it yet. */

import { h, type Wanted } from './dom';
import { toCopy, type Drawing } from './panel_parts';
import type { Words } from './tokens';
import type { Fact } from './wire';

const LOAD = '%load_ext wfrepair_magic';
const FIRST = `%%workflow first
nodes:
  - id: hello
    type: shell
    params:
      command: echo hello
  - id: said
    type: value
    params:
      text: \${hello.stdout}`;

/** Draw what the store keeps, and how often it was of use. */
export function facts(words: Words, cache: readonly Fact[]): Wanted {
  return h(
    'details',
    { key: 'cache', class: 'wfv-section wfv-part' },
    h('summary', {}, h('h3', {}, words.__('Cache'))),
    h(
      'dl',
      { class: 'wfv-store' },
      ...cache.map(fact =>
        h(
          'div',
          { key: fact.what },
          h('dt', {}, fact.what),
          h('dd', {}, fact.found, fact.said ? h('span', { class: 'wfv-small' }, fact.said) : null)
        )
      )
    )
  );
}

/** Say what to type first. */
export function empty(drawing: Drawing): Wanted {
  const { words, shown } = drawing;
  const { source } = shown;
  const waits = source.here && shown.runs === null;
  return h(
    'section',
    { key: 'empty', class: 'wfv-section wfv-stack', 'aria-label': words.__('No runs yet') },
    h('p', {}, waits ? words.__('Waiting for the kernel …') : why(drawing)),
    ...(source.here ? [] : step(drawing, words.__('Load the extension in a cell:'), LOAD)),
    ...step(drawing, words.__('Run a workflow in another:'), FIRST)
  );
}

function why({ words, shown }: Drawing): string {
  if (shown.source.here) {
    return words.__('No workflow has run in this project yet.');
  }
  return shown.source.name
    ? words.__('The kernel of %1 has not loaded wfrepair_magic yet.', shown.source.name)
    : words.__('Open a notebook to see the runs of its project.');
}

function step(drawing: Drawing, text: string, code: string): Wanted[] {
  return [h('p', { key: text, class: 'wfv-small' }, text), toCopy(drawing, code)];
}
