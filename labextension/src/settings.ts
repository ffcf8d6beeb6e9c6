/** What a person settled in the settings editor; where there is none, what is built in. */

import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { Signal } from '@lumino/signaling';

/** The settings of `schema/plugin.json`. */
export class Settings {
  constructor(registry: ISettingRegistry | null, id: string) {
    registry?.load(id).then(
      found => {
        this._found = found;
        found.changed.connect(() => this.changed.emit());
        this.changed.emit();
      },
      () => undefined // an installation without the schema: what is built in holds
    );
  }

  /** Emitted when a setting has changed, and when they have been read. */
  readonly changed = new Signal<this, void>(this);

  /** Whether they can be changed here. */
  get areThere(): boolean {
    return this._found !== null;
  }

  get editor(): boolean {
    return this._says('editor', true);
  }

  set editor(on: boolean) {
    void this._found?.set('editor', on);
  }

  get openPanel(): boolean {
    return this._says('openPanel', false);
  }

  get statusBar(): boolean {
    return this._says('statusBar', true);
  }

  private _says(name: string, otherwise: boolean): boolean {
    const said = this._found?.get(name).composite;
    return typeof said === 'boolean' ? said : otherwise;
  }

  private _found: ISettingRegistry.ISettings | null = null;
}
