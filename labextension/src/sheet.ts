/** A notebook panel of JupyterLab or Notebook, as actions see it. */

import type { ICodeCellModel } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';

import type { Sheet } from './actions';
import { placeOf } from './cells';
import type { Channels } from './channel';
import { reportsIn } from './reports';
import type { Snapshot } from './wire';

/** How often a kernel that is not there is looked for, and after how many milliseconds again. */
const LOOKS = 30;
const LOOK = 100;
/** What is said of a kernel that cannot be told anything. */
const AWAY = ['dead', 'restarting', 'autorestarting', 'terminating'];

/** Runs a cell of a notebook, as if somebody had pressed the button for it. */
export type RunCell = (panel: NotebookPanel, place: number) => void;

/** Find the notebook in which a report stands; else one that has the cell that ran. */
export function findPanel(
  panels: readonly NotebookPanel[],
  element: HTMLElement,
  run: Snapshot
): NotebookPanel | null {
  const id = run.cell?.id ?? '';
  return (
    panels.find(panel => panel.node.contains(element)) ??
    panels.find(panel => panel.model && placeOf(panel.model.sharedModel, id) >= 0) ??
    null
  );
}

/** See a panel as a sheet; null while it has no notebook yet. */
export function sheetOf(
  panel: NotebookPanel,
  element: HTMLElement,
  channels: Channels,
  runCell: RunCell
): Sheet | null {
  const { content, model, sessionContext } = panel;
  if (!model) {
    return null;
  }
  return {
    notebook: model.sharedModel,
    readOnly: model.readOnly,
    channel: channels.of(sessionContext),
    kernel: sessionContext.session?.kernel ?? null,
    here: content.widgets.findIndex(cell => cell.node.contains(element)),
    select: (place, offset) => void select(panel, place, offset),
    run: place => runCell(panel, place),
    isRunning: place => isRunning(model.cells.get(place) as ICodeCellModel | undefined),
    reached: () => reached(sessionContext),
    latest: run => reportsIn(panel).find(place => place.run.run === run.run)?.run ?? run
  };
}

/** On a cell that was inserted from a report: there Ctrl-Z takes it back, as in its text. */
export const INSERTED = 'wfv-inserted';

/** Make a cell the active one and bring it into view. */
async function select(panel: NotebookPanel, place: number, offset?: number): Promise<void> {
  const { content } = panel;
  if (offset === undefined) {
    content.widgets[place].addClass(INSERTED);
  }
  content.activeCellIndex = place;
  content.deselectAll();
  content.mode = 'command';
  content.activate();
  await content.scrollToItem(place).catch(() => undefined); // another place was wanted since
  const cell = content.widgets[place];
  if (offset !== undefined && cell === content.activeCell) {
    await cell.ready;
    content.mode = 'edit';
    cell.editor?.setCursorPosition(cell.editor.getPositionAt(offset) ?? { line: 0, column: 0 });
  }
}

/** Tell whether a cell is being run; it has no number then. */
function isRunning(cell: ICodeCellModel | undefined): boolean {
  // Not every JupyterLab that this extension runs in knows the state of a cell.
  const state = cell && (cell as { executionState?: string }).executionState;
  return state ? state === 'running' : cell?.executionCount === null;
}

/** Wait a little for a kernel that connects or starts again; what is sent to it then is lost. */
async function reached(session: NotebookPanel['sessionContext']): Promise<boolean> {
  for (let looked = 0; !isThere(session) && looked < LOOKS; looked += 1) {
    await new Promise(resolve => window.setTimeout(resolve, LOOK));
  }
  return isThere(session);
}

function isThere({ session }: NotebookPanel['sessionContext']): boolean {
  const kernel = session?.kernel;
  return kernel?.connectionStatus === 'connected' && !AWAY.includes(kernel.status);
}
