/** The runs of a project as the kernel of a notebook knows them. */

import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

import { Unanswered, type Asked, type Channel, type Channels } from './channel';
import type { Change, RunsModel, Source } from './runs';
import type { Words } from './tokens';
import type { Answer, CellNote, EffectLine, Fact, RunLine, RunTold } from './wire';

/** A kernel without a thread of its own for this answers when its cell is done; then ask again. */
const PATIENCE = 60_000;

/** Asks the kernel of the notebook in front; where that is silent, the one that was asked last. */
export class KernelRuns implements RunsModel {
  constructor(
    private readonly _notebooks: INotebookTracker,
    private readonly _channels: Channels,
    private readonly _words: Words
  ) {
    _notebooks.forEach(panel => this._add(panel));
    _notebooks.widgetAdded.connect((_, panel) => this._add(panel));
    _notebooks.currentChanged.connect(() => this._choose());
    this._choose();
  }

  get source(): Source {
    const panel = this._panel;
    const name = panel?.context.path.split('/').pop() ?? '';
    return { name, here: panel !== null && this.channelOf(panel).isOpen };
  }

  /** Give the notebook whose kernel is asked. */
  get panel(): NotebookPanel | null {
    return this._panel;
  }

  channelOf(panel: NotebookPanel): Channel {
    return this._channels.of(panel.sessionContext);
  }

  /** Give a notebook's run: the latest of those under way, else the last; null without any. */
  toldBy(panel: NotebookPanel | null): RunTold | null {
    return (panel && this._told.get(panel)?.slice(-1)[0]) ?? null;
  }

  /** Give the cell of a run that a kernel told of, as far as that is known while it goes on. */
  cellOf(run: string): CellNote | null {
    let cell = '';
    this._notebooks.forEach(panel => {
      const told = this._told.get(panel)?.find(each => each.run === run);
      cell = told?.cell || cell;
    });
    return cell ? { id: cell, head: '', digest: '' } : null;
  }

  async runs(limit: number): Promise<readonly RunLine[]> {
    return (await this._ask({ ask: 'runs', limit })).runs ?? [];
  }

  async run(id: string): Promise<unknown> {
    return (await this._ask({ ask: 'run', run: id })).run;
  }

  async effects(): Promise<readonly EffectLine[]> {
    return (await this._ask({ ask: 'effects' })).effects ?? [];
  }

  async cache(): Promise<readonly Fact[]> {
    return (await this._ask({ ask: 'cache' })).cache ?? [];
  }

  async obey(line: string): Promise<string> {
    return (await this._ask({ ask: 'line', line })).text ?? '';
  }

  watch(listener: (change: Change) => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  private async _ask(asked: Asked): Promise<Answer> {
    const panel = this._panel;
    if (!panel) {
      throw new Error(this._words.__('No notebook is open.'));
    }
    const answer = await this.channelOf(panel)
      .ask(asked, PATIENCE)
      .catch(error => {
        throw error instanceof Unanswered ? new Error(this._silence(error)) : error;
      });
    if (!answer.ok) {
      throw new Error(answer.text);
    }
    return answer;
  }

  private _silence({ why }: Unanswered): string {
    return why === 'late'
      ? this._words.__('The kernel has not answered in time.')
      : this._words.__('There is no way to the kernel now.');
  }

  private _add(panel: NotebookPanel): void {
    const channel = this.channelOf(panel);
    channel.changed.connect(() => this._switched(panel, channel));
    channel.told.connect((_, told) => this._heard(panel, told));
    panel.context.pathChanged.connect(() => this._tell({ kind: 'source' }));
    panel.disposed.connect(() => this._choose());
  }

  /** Forget what a kernel said of a run under way when it is gone. */
  private _switched(panel: NotebookPanel, channel: Channel): void {
    if (!channel.isOpen) {
      const told = this._told.get(panel) ?? [];
      const over = told.filter(each => !isUnderWay(each));
      this._told.set(panel, over);
    }
    this._choose();
  }

  private _heard(panel: NotebookPanel, told: RunTold): void {
    const known = this._told.get(panel) ?? [];
    const others = known.filter(each => each.run !== told.run);
    const again = others.length < known.length;
    const follows = again
      ? known.map(each => (each.run === told.run ? told : each))
      : [...known, told];
    this._told.set(panel, isUnderWay(told) ? follows : [told, ...others.filter(isUnderWay)]);
    this._tell({ kind: 'run', told });
  }

  private _choose(): void {
    const current = this._notebooks.currentWidget;
    const last = this._panel;
    const lasts = last !== null && !last.isDisposed && this.channelOf(last).isOpen;
    const silent = current === null || !this.channelOf(current).isOpen;
    this._panel = silent && lasts ? last : current;
    this._tell({ kind: 'source' });
  }

  private _tell(change: Change): void {
    for (const listener of [...this._listeners]) {
      listener(change);
    }
  }

  private _panel: NotebookPanel | null = null;
  /** The last run that ended, then those under way as they began. */
  private readonly _told = new WeakMap<NotebookPanel, readonly RunTold[]>();
  private readonly _listeners = new Set<(change: Change) => void>();
}

function isUnderWay({ state }: RunTold): boolean {
  return state === 'RUNNING';
}
