/** The extension as JupyterLab and Notebook load it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { RANK, runOutputs } from './mime';
import { DOMAIN, PLUGIN_ID } from './tokens';
import { Updates } from './updates';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Shows runs of wfrepair_magic: the graph, the findings and the repairs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (
    app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    translator: ITranslator | null
  ) => {
    const words = (translator ?? nullTranslator).load(DOMAIN);
    const updates = new Updates();
    app.docRegistry.addWidgetExtension('Notebook', updates);
    registry.addFactory(runOutputs(words, updates), RANK);
  }
};

export default plugin;
