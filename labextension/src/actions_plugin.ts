/** The plugin that gives reports their buttons. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import { SheetActions } from './actions';
import { IChannels, type Channels } from './channel';
import type { ActionsOf } from './mime';
import { findPanel, INSERTED, sheetOf } from './sheet';
import { DOMAIN } from './tokens';

export const IActionsOf = new Token<ActionsOf>(
  'wfrepair-magic:IActionsOf',
  'Gives what can be done with the run that is shown in an element of the page.'
);

/** JupyterLab itself binds only Z to it, and only where nothing is being written. */
const UNDO = {
  command: 'notebook:undo-cell-action',
  keys: ['Accel Z'],
  args: {},
  selector: `.jp-Notebook.jp-mod-commandMode .${INSERTED}:focus`
};

export const actionsPlugin: JupyterFrontEndPlugin<ActionsOf> = {
  id: 'wfrepair-magic:actions',
  description: 'Gives reports of runs buttons: apply, insert, edit, dismiss, stop, resolve.',
  autoStart: true,
  requires: [INotebookTracker, IChannels],
  optional: [ITranslator],
  provides: IActionsOf,
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    channels: Channels,
    translator: ITranslator | null
  ): ActionsOf => {
    const words = (translator ?? nullTranslator).load(DOMAIN);
    app.commands.addKeyBinding(UNDO);
    return element =>
      new SheetActions(words, run => {
        const panels: NotebookPanel[] = [];
        notebooks.forEach(panel => panels.push(panel));
        const panel = findPanel(panels, element, run);
        return panel && sheetOf(panel, element, channels, runCell);
      });
  }
};

function runCell({ content, sessionContext }: NotebookPanel, place: number): void {
  void NotebookActions.runCells(content, [content.widgets[place]], sessionContext);
}
