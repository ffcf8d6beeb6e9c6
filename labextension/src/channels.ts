/** The channels of all notebooks: those on one kernel share what reaches it. */

import { Signal, type ISignal } from '@lumino/signaling';

import type { Asked, Channel, Channels, Session } from './channel';
import { KernelChannel } from './kernel';
import type { Answer, RunTold } from './wire';

/**
 * A notebook's own channel or, where it can have none, that of another notebook on its kernel.
 *
 * JupyterLab gives the comms of a kernel to the first notebook of a page that uses it alone.
 */
class SharedChannel implements Channel {
  constructor(
    private readonly _session: Session,
    private readonly _all: Set<SharedChannel>
  ) {
    this._own = new KernelChannel(_session);
    this._own.changed.connect(() => this._both(each => each._changed.emit()));
    this._own.told.connect((_, told) => this._both(each => each._told.emit(told)));
    _session.kernelChanged.connect(this._moved, this);
    _session.disposed.connect(this.dispose, this);
    _all.add(this);
  }

  get isOpen(): boolean {
    return this._best.isOpen;
  }

  get isDisposed(): boolean {
    return this._own.isDisposed;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get told(): ISignal<this, RunTold> {
    return this._told;
  }

  ask(asked: Asked, patience?: number): Promise<Answer> {
    return this._best.ask(asked, patience);
  }

  async wake(): Promise<boolean> {
    return this.isOpen || (await this._own.wake()) || this.isOpen;
  }

  dispose(): void {
    this._all.delete(this);
    this._own.dispose();
    Signal.clearData(this);
  }

  /** Another kernel may be one that answers over another notebook's channel. */
  private _moved(): void {
    this._changed.emit();
  }

  private get _best(): KernelChannel {
    const open = [this, ...this._all].find(each => each._own.isOpen && this._sharesWith(each));
    return (open ?? this)._own;
  }

  private _sharesWith(other: SharedChannel): boolean {
    const id = this._session.session?.kernel?.id;
    return other === this || (Boolean(id) && other._session.session?.kernel?.id === id);
  }

  /** Do something here, and with each notebook for which this channel stands in. */
  private _both(tell: (each: SharedChannel) => void): void {
    for (const each of [...this._all]) {
      if (each === this || (!each._own.isOpen && this._sharesWith(each))) {
        tell(each);
      }
    }
  }

  private readonly _own: KernelChannel;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _told = new Signal<this, RunTold>(this);
}

/** Give one channel to each session. */
export function channels(): Channels {
  const known = new WeakMap<Session, Channel>();
  const all = new Set<SharedChannel>();
  return {
    of: session => {
      const found = known.get(session);
      if (found && !found.isDisposed) {
        return found;
      }
      const made = new SharedChannel(session, all);
      known.set(session, made);
      return made;
    }
  };
}
