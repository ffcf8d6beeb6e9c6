/** The questions that were asked over a comm, each until it is answered or given up. */

import type { Kernel } from '@jupyterlab/services';

import { Unanswered, type Asked } from './channel';
import type { Answer } from './wire';

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Unanswered) => void;
  readonly timer: number;
}

/** Numbers the questions of one channel, and brings each its answer. */
export class Questions {
  /** Ask over a comm; rejects with `Unanswered` after so many milliseconds. */
  ask(comm: Kernel.IComm, asked: Asked, patience: number): Promise<Answer> {
    const id = ++this._asked;
    return new Promise<Answer>((resolve, reject) => {
      const late = () => this._settle(id)?.reject(new Unanswered('late'));
      this._waiting.set(id, { resolve, reject, timer: window.setTimeout(late, patience) });
      comm.send({ ...asked, id });
    });
  }

  /** Take an answer; one that nobody waits for any more is let go. */
  answer(answer: Answer): void {
    this._settle(answer.id)?.resolve(answer);
  }

  /** Give up all that was asked. */
  forget(): void {
    for (const id of [...this._waiting.keys()]) {
      this._settle(id)?.reject(new Unanswered('closed'));
    }
  }

  private _settle(id: number): Waiting | undefined {
    const waiting = this._waiting.get(id);
    this._waiting.delete(id);
    window.clearTimeout(waiting?.timer);
    return waiting;
  }

  private readonly _waiting = new Map<number, Waiting>();
  private _asked = 0;
}
