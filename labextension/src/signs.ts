/** The signs, among a kernel's messages, that it has loaded the extension. */

import type { KernelMessage } from '@jupyterlab/services';

import { MIME_TYPE } from './wire';

/** What a cell says that loads the extension. */
const EXTENSION = 'wfrepair_magic';

/** Looks at the messages of one kernel. */
export class Signs {
  /** Tell whether a message says that the extension may be there now: once for each cell. */
  see(message: KernelMessage.IMessage): boolean {
    const parent = (message.parent_header as { msg_id?: string }).msg_id ?? '';
    if (parent === this._seen) {
      return false;
    }
    if (isLoading(message)) {
      this._loading = parent;
      return false;
    }
    const seen = isReport(message) || (isIdle(message) && parent === this._loading);
    this._seen = seen ? parent : this._seen;
    return seen;
  }

  private _loading = '';
  private _seen = '';
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
