/** Finds the reports of runs in notebooks: they need no kernel. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

import { read } from './model';
import { MIME_TYPE, type EffectLine, type Question, type Snapshot } from './wire';

/** Where a run's report stands. */
export interface Place {
  readonly panel: NotebookPanel;
  readonly cell: number;
  readonly run: Snapshot;
}

/** Give the reports in a notebook, the latest first. */
export function reportsIn(panel: NotebookPanel): Place[] {
  const places = panel.content.widgets.flatMap((widget, cell) =>
    widget.model.type === 'code'
      ? snapshotsOf((widget.model as unknown as WithOutputs).outputs).map(run => ({
          panel,
          cell,
          run
        }))
      : []
  );
  return places.sort((a, b) => b.run.at - a.run.at);
}

/** Find the report of a run in the notebooks that are open; the current one first. */
export function reportOf(notebooks: INotebookTracker, run: string): Place | null {
  const current = notebooks.currentWidget;
  const others = notebooks.filter(panel => panel !== current);
  for (const panel of current ? [current, ...others] : others) {
    const found = reportsIn(panel).find(place => place.run.run === run);
    if (found) {
      return found;
    }
  }
  return null;
}

/** A report in which a person is asked, and what. */
export interface Asking extends Place {
  readonly question: Question;
}

/** Find the latest report that asks what became of an effect. */
export function reportAsking(notebooks: INotebookTracker, effect: EffectLine): Asking | null {
  const found: Asking[] = [];
  notebooks.forEach(panel => {
    for (const place of reportsIn(panel)) {
      const question = place.run.questions?.find(({ node }) => node === effect.node);
      if (question && place.run.session === effect.session) {
        found.push({ ...place, question });
      }
    }
  });
  return found.sort((a, b) => b.run.at - a.run.at)[0] ?? null;
}

/** Show a cell of a notebook to whoever looks, and put the notebook's cursor there. */
export function show({ panel, cell }: Place): void {
  panel.content.activeCellIndex = cell;
  void panel.content.scrollToItem(cell);
  panel.content.activate();
}

/** The part of a code cell's model that is looked at. */
interface WithOutputs {
  readonly outputs: {
    readonly length: number;
    get(place: number): { readonly data: Readonly<Record<string, unknown>> };
  };
}

function snapshotsOf(outputs: WithOutputs['outputs']): Snapshot[] {
  const found: Snapshot[] = [];
  for (let place = 0; place < outputs.length; place++) {
    const reading = read(outputs.get(place).data[MIME_TYPE]);
    if (reading.kind === 'run') {
      found.push(reading.run);
    }
  }
  return found;
}
