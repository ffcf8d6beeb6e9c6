/** What a notebook and the kernel behind it tell each other, as the rest of the page sees it. */

import type { ISessionContext } from '@jupyterlab/apputils';
import { Token } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import type { ISignal } from '@lumino/signaling';

import type { Answer, Ask, RunTold } from './wire';

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
