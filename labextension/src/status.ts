/** The item in the status bar: the notebook's run as icon, word and percent. */

import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { active, draw, h } from './dom';
import { icon } from './icons';
import type { Words } from './tokens';
import type { RunTold } from './wire';
import { shortened, stateWord } from './words';

/** So many letters of a workflow's name are shown. */
const NAME = 24;

/** One run in the status bar; a click shows the panel. */
export class RunStatus extends Widget {
  constructor(
    private readonly _words: Words,
    private readonly _open: () => void
  ) {
    super();
    this.addClass('wfv-status');
  }

  /** Emitted when there is a run to show, or none any more. */
  readonly changed = new Signal<this, void>(this);

  get isShown(): boolean {
    return this._shown;
  }

  /** Show a run; null is none. */
  tell(told: RunTold | null): void {
    draw(this.node, told ? [this._button(told)] : []);
    if (this._shown !== (told !== null)) {
      this._shown = told !== null;
      this.changed.emit();
    }
  }

  private _button(told: RunTold) {
    const words = this._words;
    const name = told.workflow || words.__('workflow');
    const state = stateWord(words, told.state);
    const word = told.state === 'RUNNING' ? words.__('%1 %2 %', state, told.percent) : state;
    const title = words.__('%1: %2. Show the runs of its project.', name, word);
    return active(
      'button',
      { type: 'button', class: 'wfv-status-button', title },
      { click: () => this._open() },
      icon(told.state),
      h('span', {}, shortened(name, NAME)),
      h('span', {}, word)
    );
  }

  private _shown = false;
}
