/** The one channel to a notebook's kernel: questions go up, answers and events come down. */

import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal, type ISignal } from '@lumino/signaling';

import { MIME_TYPE, TARGET, type Answer, type Ask, type RunTold, type Told } from './wire';

/** What a cell says that loads the extension. */
const EXTENSION = 'wfrepair_magic';
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

/** A question as it is asked; the channel numbers it. */
export type Asked = Ask extends infer Each ? (Each extends Ask ? Omit<Each, 'id'> : never) : never;

/** Why a question has no answer: there is no channel, it closed meanwhile, or it took too long. */
export class Unanswered extends Error {
  constructor(readonly why: 'closed' | 'late') {
    super(why === 'late' ? 'the kernel has not answered in time' : 'no channel to the kernel');
  }
}

/** The channel of one notebook; it follows its notebook from kernel to kernel. */
export interface Channel extends IDisposable {
  /** Whether a question would reach the kernel now. */
  readonly isOpen: boolean;
  /** Emitted whenever the channel has opened or closed. */
  readonly changed: ISignal<Channel, void>;
  /** Emitted for what the kernel tells unasked. */
  readonly told: ISignal<Channel, RunTold>;
  /** Ask the kernel; rejects with `Unanswered`. `patience` in milliseconds. */
  ask(asked: Asked, patience?: number): Promise<Answer>;
  /** Try to open a channel that is closed; tells whether it is open then. */
  wake(): Promise<boolean>;
}

/** Whoever knows the channels: one for each notebook, the same one every time. */
export interface Channels {
  of(session: Session): Channel;
}

export const IChannels = new Token<Channels>(
  'wfrepair-magic:IChannels',
  'Gives the channel between a notebook and what wfrepair_magic does in its kernel.'
);

/** The part of a notebook's session that a channel follows. */
export type Session = Pick<
  ISessionContext,
  'session' | 'kernelChanged' | 'statusChanged' | 'iopubMessage' | 'disposed'
>;

/** What a question waits with. */
interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Unanswered) => void;
  readonly timer: number;
}

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
    return this._send(comm, asked, patience);
  }

  private _send(comm: Kernel.IComm, asked: Asked, patience: number): Promise<Answer> {
    const id = ++this._asked;
    return new Promise<Answer>((resolve, reject) => {
      const late = () => this._settle(id)?.reject(new Unanswered('late'));
      this._waiting.set(id, { resolve, reject, timer: window.setTimeout(late, patience) });
      comm.send({ ...asked, id });
    });
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
      return this._comm === comm && (await this._send(comm, nothing, PROBE)).ok;
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
    for (const id of [...this._waiting.keys()]) {
      this._settle(id)?.reject(new Unanswered('closed'));
    }
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
    const parent = (message.parent_header as { msg_id?: string }).msg_id ?? '';
    if (this._open || this._again || parent === this._seen) {
      return;
    }
    if (isLoading(message)) {
      this._loading = parent;
    } else if (isReport(message) || (isIdle(message) && parent === this._loading)) {
      this._seen = parent;
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
      this._settle(heard.id)?.resolve(heard);
    }
  }

  private _settle(id: number): Waiting | undefined {
    const waiting = this._waiting.get(id);
    this._waiting.delete(id);
    window.clearTimeout(waiting?.timer);
    return waiting;
  }

  private readonly _session: Session;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _told = new Signal<this, RunTold>(this);
  private readonly _waiting = new Map<number, Waiting>();
  private _comm: Kernel.IComm | null = null;
  private _opening: Promise<void> | null = null;
  private _open = false;
  private _again = false;
  private _starts = false;
  private _lull = 0;
  private _signed = false;
  private _abandon: () => void = () => undefined;
  private _isDisposed = false;
  private _asked = 0;
  private _tried = 0;
  private _loading = '';
  private _seen = '';
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

function isLoading(message: KernelMessage.IMessage): boolean {
  const { code } = message.content as { code?: unknown };
  return message.header.msg_type === 'execute_input' && `${code}`.includes(EXTENSION);
}

function isReport(message: KernelMessage.IMessage): boolean {
  const { data } = message.content as { data?: object };
  const type = message.header.msg_type;
  return ['display_data', 'update_display_data'].includes(type) && MIME_TYPE in (data ?? {});
}

function isIdle(message: KernelMessage.IMessage): boolean {
  const { execution_state } = message.content as { execution_state?: string };
  return message.header.msg_type === 'status' && execution_state === 'idle';
}

/** Give one channel to each session. */
export function channels(): Channels {
  const known = new WeakMap<Session, Channel>();
  return {
    of: session => {
      const found = known.get(session);
      if (found && !found.isDisposed) {
        return found;
      }
      const made = new KernelChannel(session);
      known.set(session, made);
      return made;
    }
  };
}
