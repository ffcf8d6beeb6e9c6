/** The plugin that helps in workflow cells: colours, marks of problems, and what words mean. */

import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { editing, type Adviser, type Switch } from './editing';
import { IChannels, type Channel, type Channels } from './channel';
import { PLUGIN_ID } from './tokens';

export const editingPlugin: JupyterFrontEndPlugin<void> = {
  id: 'wfrepair-magic:editing',
  description: 'Helps in %%workflow cells: colours, marks of problems, and what words mean.',
  autoStart: true,
  requires: [IEditorExtensionRegistry, INotebookTracker, IChannels],
  optional: [ISettingRegistry],
  activate: (
    _,
    editors: IEditorExtensionRegistry,
    notebooks: INotebookTracker,
    channels: Channels,
    settings: ISettingRegistry | null
  ) => {
    const wanted = new EditorSetting(settings);
    editors.addExtension({
      name: 'wfrepair-magic:workflow-cells',
      factory: ({ model }) => {
        const isCode = (model as { type?: string }).type === 'code';
        const adviser = new KernelAdviser(() => channelOf(model, notebooks, channels));
        const text = model.sharedModel.getSource();
        return EditorExtensionRegistry.createImmutableExtension(
          isCode ? editing(text, adviser, wanted) : []
        );
      }
    });
  }
};

/** Find the channel of the notebook that a cell is in; null for a console's cell. */
function channelOf(
  model: CodeEditor.IModel,
  notebooks: INotebookTracker,
  channels: Channels
): Channel | null {
  const panel = notebooks.find(each => each.content.widgets.some(cell => cell.model === model));
  return panel ? channels.of(panel.sessionContext) : null;
}

/** What the kernel of a cell's notebook says; nothing while it cannot be asked. */
class KernelAdviser implements Adviser {
  constructor(private readonly find: () => Channel | null) {}

  check = async (text: string) => (await this.ask({ ask: 'check', text }))?.marks ?? [];

  tell = async (text: string, place: { line: number; column: number }) =>
    (await this.ask({ ask: 'hover', text, ...place }))?.hover ?? null;

  watch(listener: () => void): () => void {
    this.listener = listener;
    this.channel?.changed.connect(listener);
    return () => {
      this.channel?.changed.disconnect(listener);
      this.channel = null;
      this.listener = null;
    };
  }

  /** Ask over the channel, which is looked for when it is first needed: cells come before it. */
  private async ask(asked: Parameters<Channel['ask']>[0]) {
    if (!this.channel || this.channel.isDisposed) {
      this.channel = this.find();
      if (this.listener) {
        this.channel?.changed.connect(this.listener);
      }
    }
    return this.channel?.ask(asked).catch(() => null); // no kernel, or none that knows of us
  }

  private channel: Channel | null = null;
  private listener: (() => void) | null = null;
}

/** The setting `editor`: on, unless it can be read and says otherwise. */
class EditorSetting implements Switch {
  constructor(settings: ISettingRegistry | null) {
    settings?.load(PLUGIN_ID).then(
      found => {
        const read = () => this.set(found.composite.editor !== false);
        found.changed.connect(read);
        read();
      },
      () => undefined // a JupyterLab that does not know our settings
    );
  }

  get isOn(): boolean {
    return this._isOn;
  }

  watch(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private set(isOn: boolean): void {
    if (isOn !== this._isOn) {
      this._isOn = isOn;
      this.listeners.forEach(listener => listener());
    }
  }

  private _isOn = true;
  private readonly listeners = new Set<() => void>();
}
