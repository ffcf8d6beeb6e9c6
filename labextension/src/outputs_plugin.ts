/** The plugin that draws runs in the outputs of cells. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { RANK, runOutputs } from './mime';
import { DOMAIN, PLUGIN_ID } from './tokens';

export const outputsPlugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN_ID,
  description: 'Shows runs of wfrepair_magic: the graph, the findings and the repairs.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (_, registry: IRenderMimeRegistry, translator: ITranslator | null) => {
    const words = (translator ?? nullTranslator).load(DOMAIN);
    registry.addFactory(runOutputs(words), RANK);
  }
};
