/** What the commands do in the notebook in front. */

import { Notification } from '@jupyterlab/apputils';
import { NotebookActions, type INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import type { Deeds } from './commands';
import type { KernelRuns } from './kernel_runs';
import { STOP } from './lines';
import { ask, interrupted, loaded, STOP_PATIENCE, type Listener } from './orders';
import { reportOf, reportsIn, show } from './reports';
import type { Settings } from './settings';
import type { Words } from './tokens';

/** What the commands need of the page around the notebooks. */
export interface Around {
  readonly words: Words;
  readonly settings: Settings;
  showPanel(run: string): void;
  /** Give the cell for which a menu was opened last. */
  pointedAt(): HTMLElement | undefined;
}

/** Give what the commands do. */
export function deeds(notebooks: INotebookTracker, runs: KernelRuns, around: Around): Deeds {
  const { words, settings, showPanel, pointedAt } = around;
  return {
    showPanel,
    get stop() {
      const panel = notebooks.currentWidget;
      const running = runs.toldBy(panel)?.state === 'RUNNING';
      return panel && running ? () => void stop(panel, runs, words) : null;
    },
    get resume() {
      const panel = notebooks.currentWidget;
      const told = runs.toldBy(panel);
      // Without a kernel JupyterLab would take the report away and run nothing.
      const rests = panel?.sessionContext.session?.kernel && told?.state !== 'RUNNING';
      const cell = panel && rests ? lastCell(panel, told?.cell ?? '') : -1;
      return panel && cell >= 0 ? () => void resume(panel, runs, cell) : null;
    },
    report: run => {
      const panel = notebooks.currentWidget;
      const last = panel && (reportsIn(panel)[0] ?? null);
      const place = run ? reportOf(notebooks, run) : last;
      return place && (() => show(place));
    },
    get editor() {
      return settings.areThere ? settings.editor : null;
    },
    setEditor: on => {
      settings.editor = on;
    },
    get inWorkflow() {
      const node = pointedAt();
      const cells = notebooks.currentWidget?.content.widgets ?? [];
      const cell = cells.find(each => each.node === node) ?? notebooks.activeCell;
      const source = cell?.model.sharedModel.getSource() ?? '';
      return /^%%?workflow\b/.test(source);
    }
  };
}

/** Stop by a command; where none reaches the kernel in time, the cell that runs is interrupted. */
async function stop(panel: NotebookPanel, runs: KernelRuns, words: Words): Promise<void> {
  const listener = listenerOf(panel, runs);
  const apart = runs.toldBy(panel)?.background; // an interrupt would end another cell than its own
  const answer = await ask(listener, { ask: 'line', line: STOP }, STOP_PATIENCE);
  const { kernel } = listener;
  if (!answer?.ok && (answer || apart || !kernel || !(await interrupted(kernel)))) {
    const away = words.__('The kernel cannot be reached now; what it runs may go on.');
    Notification.warning(answer?.text ?? away);
  }
}

function listenerOf(panel: NotebookPanel, runs: KernelRuns): Listener {
  const kernel = panel.sessionContext.session?.kernel ?? null;
  return { channel: runs.channelOf(panel), kernel };
}

/** Find the cell of the last run: the one that the kernel named, else that of the last report. */
function lastCell(panel: NotebookPanel, id: string): number {
  const named = panel.content.widgets.findIndex(cell => id !== '' && cell.model.id === id);
  return named >= 0 ? named : (reportsIn(panel)[0]?.cell ?? -1);
}

/** Run a cell, after loading the extension where the kernel may not know it. */
async function resume(panel: NotebookPanel, runs: KernelRuns, place: number): Promise<void> {
  const cell = panel.content.widgets[place];
  if (!runs.channelOf(panel).isOpen) {
    await loaded(listenerOf(panel, runs));
  }
  await NotebookActions.runCells(panel.content, [cell], panel.sessionContext);
}
