/** The one channel to a notebook's kernel: questions go up, answers and events come down. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { Signal, type ISignal } from '@lumino/signaling';

import { Unanswered, type Asked, type Channel, type Session } from './channel';
import { Questions } from './questions';
import { Signs } from './signs';
import { TARGET, type Answer, type RunTold, type Told } from './wire';

/** How long an answer may take unless the question says otherwise, in milliseconds. */
const PATIENCE = 10_000;
/** How long a kernel may take to start the thread that answers while a cell runs. */
const START = 3_000;
/**
 * How long after a comm was closed another one is opened, and how long that may take to answer.
 *
 * JupyterLab shares one thread of the kernel among the comms of a target, and the end of a comm from
 * before a restart can end the thread of the one after it: then nobody would ever answer.
 */
const AGAIN = 250;
const PROBE = 3_000;
/** So many channels are opened one after the other until one answers; the last one stays. */
const TRIES = 3;
/** How long a kernel that is to restart is left alone where there is no word that it starts. */
const LULL = 1_000;

/** A channel over a comm, which the page opens: the kernel answers it while a cell runs too. */
export class KernelChannel implements Channel {
  constructor(session: Session) {
    this._session = session;
    session.kernelChanged.connect(this._restart, this);
    session.statusChanged.connect(this._follow, this);
    session.iopubMessage.connect(this._look, this);
    session.disposed.connect(this.dispose, this);
    void this.wake();
  }

  get isOpen(): boolean {
    return this._open;
  }

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get told(): ISignal<this, RunTold> {
    return this._told;
  }

  async ask(asked: Asked, patience = PATIENCE): Promise<Answer> {
    await this._opening;
    const comm = this._comm;
    if (!comm || !this._open) {
      throw new Unanswered('closed');
    }
    return this._questions.ask(comm, asked, patience);
  }

  async wake(): Promise<boolean> {
    const kernel = this._session.session?.kernel;
    const over = this._again || this.isDisposed;
    if (!this._open && !this._opening && kernel && !over) {
      this._opening = this._begin(kernel);
    }
    await this._opening;
    return this._open;
  }

  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    const comm = this._comm;
    this._forget(comm);
    if (comm && !comm.isDisposed) {
      comm.close();
    }
    Signal.clearData(this);
  }

  /** Open a comm on a kernel; one that does not know the target closes it at once. */
  private async _begin(kernel: Kernel.IKernelConnection): Promise<void> {
    let comm: Kernel.IComm | null = null;
    try {
      comm = this._comm = kernel.createComm(TARGET);
      comm.onClose = () => this._forget(comm);
      comm.onMsg = message => this._hear(message.content.data);
      const abandoned = new Promise<never>((_, reject) => {
        this._abandon = () => reject(new Unanswered('closed'));
      });
      await Promise.race([this._reach(kernel, comm), abandoned]);
    } catch {
      this._end(comm); // the kernel went away meanwhile, or lets another page have its comms
    }
    if (comm && this._comm === comm) {
      this._opening = null;
      this._tried = 0;
      this._open = true;
      this._signed = false;
      this._changed.emit();
    } else if (this._signed) {
      this._signed = false;
      window.setTimeout(() => void this.wake(), AGAIN);
    }
  }

  /** Open a comm until somebody answers; where nobody does, another one is opened. */
  private async _reach(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<void> {
    const apart = await settle(kernel, comm);
    const opened = comm.open().done;
    if (!apart) {
      await opened;
    } else if (!(await this._answers(comm, opened))) {
      this._end(comm);
      this._signed = true;
    }
  }

  /** Ask for nothing, to see whether anybody answers; a slow kernel is not waited for for ever. */
  private async _answers(comm: Kernel.IComm, opened: Promise<unknown>): Promise<boolean> {
    const last = ++this._tried >= TRIES;
    const heard = async () => {
      await opened;
      const nothing = { ask: 'hover', text: '', line: 1, column: 1 } as const;
      return this._comm === comm && (await this._questions.ask(comm, nothing, PROBE)).ok;
    };
    const answered = heard().catch((error: unknown) => {
      if (error instanceof Unanswered) {
        return error.why === 'closed'; // that was dealt with where it closed
      }
      throw error;
    });
    return (await Promise.race([answered, after(2 * PROBE)])) || last || this._comm !== comm;
  }

  /** Give up a comm that the kernel does not know of any more. */
  private _end(comm = this._comm): void {
    this._forget(comm);
    if (comm && !comm.isDisposed) {
      comm.dispose();
    }
  }

  /** Forget a comm, and with it all that was asked over it. */
  private _forget(comm: Kernel.IComm | null): void {
    if (comm !== this._comm) {
      return;
    }
    const open = this._open;
    this._comm = this._opening = null;
    this._open = false;
    this._abandon();
    this._questions.forget();
    if (comm) {
      comm.onClose = comm.onMsg = () => undefined;
    }
    if (open) {
      this._changed.emit();
    }
  }

  private _restart(): void {
    this._end();
    this._anew();
  }

  /**
   * Begin anew once a kernel that starts again is there.
   *
   * Until then nothing is opened: while JupyterLab gives up a kernel's threads for comms, a comm
   * that is made meanwhile may lose its own.  A kernel that ends may still say that it is idle.
   */
  private _follow(_: unknown, status: Kernel.Status): void {
    if (status === 'restarting' || status === 'autorestarting' || status === 'dead') {
      this._end();
      this._again = true;
      this._starts = false;
    } else if (status === 'starting') {
      if (this._open) {
        this._end(); // another page had it restarted, and nobody says so here
        this._again = true;
      }
      this._starts = true;
    } else if (status === 'idle' && this._again) {
      window.clearTimeout(this._lull);
      this._lull = window.setTimeout(() => this._anew(), LULL);
      if (this._starts) {
        this._anew();
      }
    }
  }

  private _anew(): void {
    window.clearTimeout(this._lull);
    this._again = false;
    void this.wake();
  }

  /** Try again when there are signs that the kernel has loaded the extension since. */
  private _look(_: unknown, message: KernelMessage.IMessage): void {
    if (!this._open && !this._again && this._signs.see(message)) {
      this._signed = this._opening !== null; // what opens now may have come too early
      this._hurry(this._opening);
      void this.wake();
    }
  }

  /**
   * Give up an opening that hangs, although the kernel has loaded the extension.
   *
   * While a kernel restarts, JupyterLab may end the thread that two comms share with the first of
   * them: what the second one opens with is lost then, and nobody answers.
   */
  private _hurry(opening: Promise<void> | null): void {
    window.setTimeout(() => {
      if (opening && opening === this._opening) {
        this._end();
        void this.wake();
      }
    }, START);
  }

  private _hear(data: unknown): void {
    const heard = data as Told;
    if ('event' in heard) {
      this._told.emit(heard);
    } else {
      this._questions.answer(heard);
    }
  }

  private readonly _session: Session;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _told = new Signal<this, RunTold>(this);
  private readonly _questions = new Questions();
  private readonly _signs = new Signs();
  private _comm: Kernel.IComm | null = null;
  private _opening: Promise<void> | null = null;
  private _open = false;
  private _again = false;
  private _starts = false;
  private _lull = 0;
  private _signed = false;
  private _abandon: () => void = () => undefined;
  private _isDisposed = false;
  private _tried = 0;
}

/**
 * Wait until a comm has the thread on which it is answered while a cell runs, where it gets one;
 * tells whether it gets one.
 */
async function settle(kernel: Kernel.IKernelConnection, comm: Kernel.IComm): Promise<boolean> {
  await kernel.info;
  // Neither is known to every JupyterLab that this extension runs in.
  const { supportsSubshells } = kernel as { supportsSubshells?: boolean };
  const { subshellStarted } = comm as { subshellStarted?: Promise<void> };
  if (supportsSubshells && subshellStarted) {
    const began = subshellStarted.then(
      () => true,
      () => false
    );
    return Promise.race([began, after(START)]);
  }
  return false;
}

/** Wait for some milliseconds, for what may never come; gives that it did not. */
function after(milliseconds: number): Promise<false> {
  return new Promise(resolve => window.setTimeout(() => resolve(false), milliseconds));
}
