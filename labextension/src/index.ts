/** The extension as JupyterLab and Notebook load it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { RANK, runOutputs } from './mime';
import { DOMAIN, PLUGIN_ID } from './tokens';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Shows runs of wfrepair_magic: the graph, the findings and the repairs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (_: JupyterFrontEnd, registry: IRenderMimeRegistry, translator: ITranslator | null) => {
    const words = (translator ?? nullTranslator).load(DOMAIN);
    registry.addFactory(runOutputs(words), RANK);
  }
};

export default plugin;
