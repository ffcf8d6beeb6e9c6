/** The extension as JupyterLab and Notebook load it. */

import { actionsPlugin } from './actions_plugin';
import { channelsPlugin } from './channels_plugin';
import { editingPlugin } from './editing_plugin';
import { outputsPlugin } from './outputs_plugin';
import { panelPlugin } from './panel_plugin';

export default [outputsPlugin, channelsPlugin, actionsPlugin, panelPlugin, editingPlugin];
