/** The extension as JupyterLab and Notebook load it. */

import { channelsPlugin } from './channels_plugin';
import { outputsPlugin } from './outputs_plugin';
import { panelPlugin } from './panel_plugin';

export default [outputsPlugin, channelsPlugin, panelPlugin];
