/** The plugin that opens a channel to the kernel of every notebook. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker } from '@jupyterlab/notebook';

import { IChannels, type Channels } from './channel';
import { channels } from './channels';

export const channelsPlugin: JupyterFrontEndPlugin<Channels> = {
  id: 'wfrepair-magic:channels',
  description: 'Opens a channel between each notebook and wfrepair_magic in its kernel.',
  autoStart: true,
  requires: [INotebookTracker],
  provides: IChannels,
  activate: (_, notebooks: INotebookTracker) => {
    const known = channels();
    notebooks.widgetAdded.connect((_, panel) => void known.of(panel.sessionContext));
    return known;
  }
};
