/** What is told to a notebook's kernel: lines over its channel, and to load the extension first. */

import type { Kernel } from '@jupyterlab/services';

import { Unanswered, type Asked, type Channel } from './channel';
import type { Answer } from './wire';

/** How long a channel may take to open before another way is taken, in milliseconds. */
const OPEN_PATIENCE = 1_000;
/** How long a kernel may take to load the extension: one that runs a cell does so after it. */
const LOAD_PATIENCE = 5_000;
/** How long a kernel may take to stop a run before it is interrupted. */
export const STOP_PATIENCE = 1_500;
/** Loads the extension; silent where that has been done. */
const LOAD = "get_ipython().extension_manager.load_extension('wfrepair_magic')";

/** A notebook's kernel, and the channel to it. */
export interface Listener {
  readonly channel: Channel;
  readonly kernel: Kernel.IKernelConnection | null;
}

/** Have the kernel load the extension before what is run next; one that has it does nothing. */
export function load({ kernel, channel }: Listener): void {
  if (kernel) {
    void executed(kernel, LOAD).then(() => channel.wake());
  }
}

/** Have the kernel load the extension, and wait for that as long as may be. */
export async function loaded({ kernel }: Listener): Promise<void> {
  if (kernel) {
    await Promise.race([executed(kernel, LOAD), after(LOAD_PATIENCE)]);
  }
}

/** Ask over a channel; null where that has no answer. */
export async function ask(
  { channel }: Listener,
  asked: Asked,
  patience?: number
): Promise<Answer | null> {
  const tired = after(OPEN_PATIENCE).then(() => channel.isOpen);
  if (!(await Promise.race([channel.wake(), tired]))) {
    return null;
  }
  try {
    return await channel.ask(asked, patience);
  } catch (error) {
    if (error instanceof Unanswered) {
      return null;
    }
    throw error;
  }
}

/** Interrupt a kernel; tells whether it could be told to. */
export async function interrupted(kernel: Kernel.IKernelConnection): Promise<boolean> {
  try {
    await kernel.interrupt();
    return true;
  } catch {
    return false; // its server is gone, or it has ended
  }
}

/** Execute code that leaves no trace in the notebook; rejects nothing. */
async function executed(kernel: Kernel.IKernelConnection, code: string): Promise<void> {
  const quiet = { silent: true, store_history: false, stop_on_error: false };
  try {
    await kernel.requestExecute({ code, ...quiet }).done;
  } catch {
    // The kernel was restarted or went away: then there is nobody who could load it.
  }
}

function after(milliseconds: number): Promise<void> {
  return new Promise(resolve => window.setTimeout(resolve, milliseconds));
}
