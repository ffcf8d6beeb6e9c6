/** The panel in the sidebar: the second host of the view. */

import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import type { PanelModel } from './panel_model';
import type { PanelHost } from './panel_parts';
import { panelView } from './panel_view';
import { runView } from './run_view';
import type { RunHost } from './tokens';

export const PANEL = 'wfrepair-magic-panel';
/** How often it is drawn anew, to say how long ago something was, and asks: in milliseconds. */
const TICK = 10_000;

/** The runs of a project, or one of them; it asks only while somebody sees it. */
export class RunsPanel extends Widget {
  constructor(
    private readonly _model: PanelModel,
    host: (panel: RunsPanel) => PanelHost & RunHost
  ) {
    super();
    this.id = PANEL;
    this.addClass('wfv-panel');
    const [list, run] = [document.createElement('div'), document.createElement('div')];
    list.className = 'wfv-panel-list';
    run.className = 'wfv-panel-run wfv-output';
    this.node.append(list, run);
    const given = host(this);
    const follow = () => this._show(given, run);
    this._ends = [panelView(given, list), _model.watch(follow), () => this._undraw?.()];
    follow();
  }

  /** Call `listener` after every change and, while it is seen, as time goes on. */
  watch(listener: () => void): () => void {
    this._listeners.add(listener);
    const unwatch = this._model.watch(listener);
    return () => {
      unwatch();
      this._listeners.delete(listener);
    };
  }

  override dispose(): void {
    this._rest();
    this._ends.splice(0).forEach(end => end());
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._wake();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this._wake();
    }
  }

  protected override onBeforeHide(message: Message): void {
    this._rest();
    super.onBeforeHide(message);
  }

  protected override onBeforeDetach(message: Message): void {
    this._rest();
    super.onBeforeDetach(message);
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.querySelector('button')?.focus();
  }

  /** Draw the run that is looked at, while there is one. */
  private _show(host: RunHost, element: HTMLElement): void {
    const wanted = host.reading.kind !== 'nothing';
    element.hidden = !wanted;
    if (wanted && !this._undraw) {
      this._undraw = runView(host, element);
    } else if (!wanted && this._undraw) {
      this._undraw();
      this._undraw = null;
    }
  }

  private _wake(): void {
    this._rest();
    this._model.awake = true;
    this._timer = window.setInterval(() => {
      this._listeners.forEach(tell => tell());
      this._model.tick();
    }, TICK);
  }

  private _rest(): void {
    window.clearInterval(this._timer);
    this._model.awake = false;
  }

  private _timer = 0;
  private _undraw: (() => void) | null = null;
  private readonly _listeners = new Set<() => void>();
  private readonly _ends: (() => void)[];
}
