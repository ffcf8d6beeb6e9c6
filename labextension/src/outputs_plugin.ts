/** The plugin that draws runs in the outputs of cells. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IActionsOf } from './actions_plugin';
import { RANK, runOutputs, type ActionsOf } from './mime';
import { DOMAIN, PLUGIN_ID } from './tokens';
import { Updates } from './updates';

export const outputsPlugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Shows runs of wfrepair_magic: the graph, the findings and the repairs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator, IActionsOf],
  activate: (
    app,
    registry: IRenderMimeRegistry,
    translator: ITranslator | null,
    actionsOf: ActionsOf | null
  ) => {
    const words = (translator ?? nullTranslator).load(DOMAIN);
    const updates = new Updates();
    app.docRegistry.addWidgetExtension('Notebook', updates);
    registry.addFactory(runOutputs(words, actionsOf, updates), RANK);
  }
};
