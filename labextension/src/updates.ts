/**
 * Snapshots on their way to a widget, told to the outputs of ours that stand in its place.
 *
 * A kernel that knows of no page of ours sends them to a widget only: to one that runs before our
 * channel to it is open, as the first run of a kernel may.
 */

const WIDGET_TYPE = 'application/vnd.jupyter.widget-view+json';

/** The part of a kernel's message that is looked at. */
interface Message {
  readonly header: { readonly msg_type: string };
  readonly content: unknown;
}

/** The part of a notebook that tells of its kernel's messages. */
interface Told {
  readonly sessionContext: {
    readonly iopubMessage: {
      connect(hear: (sender: unknown, message: Message) => void): unknown;
    };
  };
}

type Take = (snapshot: unknown) => void;

/** Hears the kernels of all notebooks: one of these is an extension of the front end. */
export class Updates {
  /** Hear the kernel of a notebook that was opened. */
  createNew(_: unknown, notebook: Told): void {
    notebook.sessionContext.iopubMessage.connect((_, message) => this.hear(message));
  }

  /** Give the snapshots that go to the widget of a bundle to `take`; gives what ends this. */
  follow(bundle: Readonly<Record<string, unknown>>, take: Take): () => void {
    const view = bundle[WIDGET_TYPE] as { model_id?: string } | undefined;
    const id = view?.model_id ?? '';
    this._takers.set(take, id);
    return () => this._takers.delete(take);
  }

  /** Take what a message tells a widget. */
  hear({ header, content }: Message): void {
    if (header.msg_type !== 'comm_msg') {
      return;
    }
    const { comm_id, data } = content as { comm_id: string; data?: { state?: Said } };
    for (const [take, id] of this._takers) {
      if (id && id === comm_id && data?.state?.snapshot) {
        take(data.state.snapshot);
      }
    }
  }

  private readonly _takers = new Map<Take, string>();
}

interface Said {
  readonly snapshot?: unknown;
}
