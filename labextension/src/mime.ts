/** The first host of the view: an output of a cell, wherever JupyterLab renders outputs. */

import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';

import { copy } from './clipboard';
import { RunModel } from './model';
import { runView } from './run_view';
import type { Actions, Words } from './tokens';
import { Updates } from './updates';
import { MIME_TYPE } from './wire';

/** Before the widget view (-10) and HTML (50): the lower rank wins. */
export const RANK = -20;

/** Gives what can be done with the run that is shown in an element of the page. */
export type ActionsOf = (element: HTMLElement) => Actions;

/**
 * A report in an output; an update redraws it in place.
 *
 * What a button does is written in the output itself.  In a notebook that its reader does not trust
 * somebody else wrote that: then there are lines to read and copy, until the cell is run here.
 */
export class RunOutput extends Widget implements IRenderMime.IRenderer {
  constructor(words: Words, actionsOf: ActionsOf | null, updates: Updates) {
    super();
    this._updates = updates;
    this.addClass('wfv-output');
    const model = this._model;
    const actions = actionsOf?.(this.node) ?? null;
    const isTrusted = () => this._isTrusted;
    const host = {
      words,
      copy,
      get actions() {
        return isTrusted() ? actions : null;
      },
      get limit() {
        return isTrusted()
          ? ''
          : words.__('This notebook is not trusted: run the cell for buttons.');
      },
      get reading() {
        return model.reading;
      },
      watch: (listener: () => void) => model.watch(listener)
    };
    this._undraw = runView(host, this.node);
  }

  /** Show what the output holds now. */
  async renderModel(output: IRenderMime.IMimeModel): Promise<void> {
    this._unfollow();
    this._isTrusted = output.trusted;
    this._model.set(output.data[MIME_TYPE]);
    this._unfollow = this._updates.follow(output.data, snapshot => this._model.set(snapshot));
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this._unfollow();
      this._undraw();
    }
    super.dispose();
  }

  private readonly _model = new RunModel();
  private readonly _undraw: () => void;
  private readonly _updates: Updates;
  private _isTrusted = false;
  private _unfollow: () => void = () => undefined;
}

/** Give what makes such outputs, safe in notebooks that are not trusted: there it only draws text. */
export function runOutputs(
  words: Words,
  actionsOf: ActionsOf | null = null,
  updates: Updates = new Updates()
): IRenderMime.IRendererFactory {
  return {
    safe: true,
    mimeTypes: [MIME_TYPE],
    createRenderer: () => new RunOutput(words, actionsOf, updates)
  };
}
