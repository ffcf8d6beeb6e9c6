/** What the buttons of a report do in the notebook that it stands in. */

import type { Kernel } from '@jupyterlab/services';

import {
  canBeEdited,
  insertBelow,
  isUnchanged,
  placeOf,
  replace,
  type SharedNotebook
} from './cells';
import { Unanswered, type Channel } from './kernel';
import { resolveLine, STOP, type Verdict } from './lines';
import { canRepair, repairedCell } from './repaired';
import type { Actions, Outcome, Words } from './tokens';
import type { FixCard, Question, Snapshot } from './wire';

/** How long a kernel may take to stop a run before it is interrupted, in milliseconds. */
const STOP_PATIENCE = 1_500;
/** How long a channel may take to open before another way is taken. */
const OPEN_PATIENCE = 1_000;
/** Loads the extension; silent where that has been done. */
const LOAD = "get_ipython().extension_manager.load_extension('wfrepair_magic')";
/** A line that begins anew what was done already, whenever its cell is run. */
const ANEW = /^%%workflow\b.*\s--(fresh|rerun)\b/m;

/** A notebook on the page, as far as actions need it. */
export interface Sheet {
  readonly notebook: SharedNotebook;
  readonly readOnly: boolean;
  readonly channel: Channel;
  readonly kernel: Kernel.IKernelConnection | null;
  /** The place of the cell in whose output the report stands; -1 where it stands elsewhere. */
  readonly here: number;
  /** Make a cell the active one and show it; for typing, with the cursor at an offset. */
  select(place: number, offset?: number): void;
  /** Run a cell. */
  run(place: number): void;
  /** Tell whether a cell is being run. */
  isRunning(place: number): boolean;
  /** Give what the notebook shows of a run by now. */
  latest(run: Snapshot): Snapshot;
}

/** The actions on runs of one notebook; `find` looks for it anew each time. */
export class SheetActions implements Actions {
  constructor(words: Words, find: (run: Snapshot) => Sheet | null) {
    this._words = words;
    this._find = find;
  }

  async apply(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome> {
    return this._inNewCell(run, fix, without, (sheet, place) => {
      if (!sheet.kernel) {
        const text = this._words.__('In a new cell below; start a kernel to run it.');
        return { done: true, text };
      }
      load(sheet);
      sheet.run(place);
      return { done: true, text: this._words.__('Runs in a new cell below.') };
    });
  }

  async insert(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome> {
    const done = { done: true, text: this._words.__('Stands in a new cell below.') };
    return this._inNewCell(run, fix, without, () => done);
  }

  async edit(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome> {
    const words = this._words;
    const sheet = this._writable(run, fix);
    if ('text' in sheet) {
      return sheet;
    }
    const place = placeOf(sheet.notebook, run.cell?.id ?? '');
    if (place < 0) {
      return no(words.__('The cell that ran is not here any more: insert a new cell instead.'));
    }
    if (!isUnchanged(sheet.notebook, place, run.cell?.digest ?? '')) {
      return no(words.__('The cell was changed since it ran: insert a new cell instead.'));
    }
    if (!canBeEdited(sheet.notebook, place)) {
      return no(words.__('The lines of this cell end as in DOS: insert a new cell instead.'));
    }
    const offset = replace(sheet.notebook, place, repairedCell(run, fix, without));
    sheet.select(place, offset);
    return { done: true, text: words.__('Stands in the cell above; undo takes it back.') };
  }

  async dismiss(run: Snapshot, fix: FixCard): Promise<Outcome> {
    const told = fix.dismiss ? await this._ask(run, fix.dismiss) : no('');
    const here = this._words.__('Hidden on this page; the kernel does not know of it.');
    return told.done ? told : { done: true, text: [here, told.text].filter(Boolean).join(' ') };
  }

  async stop(run: Snapshot): Promise<Outcome> {
    const sheet = this._find(run);
    if (!sheet) {
      return this._nowhere();
    }
    const answer = await asked(sheet.channel, run, STOP, STOP_PATIENCE);
    if (answer) {
      return answer;
    }
    if (!sheet.kernel || !sheet.isRunning(placeIn(sheet, run))) {
      return no(this._words.__('This run is not under way here any more.'));
    }
    await sheet.kernel.interrupt();
    return { done: true, text: this._words.__('The kernel was interrupted.') };
  }

  async resolve(run: Snapshot, question: Question, verdict: Verdict): Promise<Outcome> {
    const told = await this._ask(run, resolveLine(run, question, verdict));
    // A kernel that answers only after the cell has ended its run meanwhile, without this answer.
    const now = this._find(run)?.latest(run) ?? run;
    const asks = now.questions ?? [];
    if (!told.done || !now.finished || !asks.some(({ node }) => node === question.node)) {
      return told;
    }
    this._answered.add(`${run.run} ${question.node}`);
    const left = asks.filter(({ node }) => !this._answered.has(`${run.run} ${node}`));
    return left.length ? told : this._again(now, told);
  }

  /** Run the cell again in which a run asked, now that all is answered. */
  private _again(run: Snapshot, told: Outcome): Outcome {
    const sheet = this._find(run);
    const place = sheet ? placeIn(sheet, run) : -1;
    if (!sheet || place < 0) {
      return told;
    }
    if (run.cell && !isUnchanged(sheet.notebook, place, run.cell.digest)) {
      const hint = this._words.__('The cell was changed since it ran: run it when it is ready.');
      return { ...told, text: `${told.text} ${hint}` };
    }
    if (ANEW.test(sheet.notebook.getCell(place).getSource())) {
      return told; // its text says how the run goes on, and nothing is sent again
    }
    load(sheet);
    sheet.run(place);
    return { ...told, text: this._words.__('Noted; the run goes on.') };
  }

  /** Put a repair into a new cell, select it, and do the rest. */
  private _inNewCell(
    run: Snapshot,
    fix: FixCard,
    without: ReadonlySet<string>,
    then: (sheet: Sheet, place: number) => Outcome
  ): Outcome {
    const sheet = this._writable(run, fix);
    if ('text' in sheet) {
      return sheet;
    }
    const above = placeIn(sheet, run);
    if (above < 0) {
      return no(this._words.__('The cell that ran is not in this notebook any more.'));
    }
    const place = insertBelow(sheet.notebook, above, repairedCell(run, fix, without));
    sheet.select(place);
    return then(sheet, place);
  }

  private _writable(run: Snapshot, fix: FixCard): Sheet | Outcome {
    const sheet = this._find(run);
    if (!sheet) {
      return this._nowhere();
    }
    if (sheet.readOnly) {
      return no(this._words.__('This notebook cannot be changed.'));
    }
    return canRepair(run, fix) ? sheet : no(this._words.__('This report holds no repaired text.'));
  }

  private _nowhere(): Outcome {
    return no(this._words.__('The notebook of this run is not open.'));
  }

  /** Have the kernel obey a line about a run; one that has no channel yet is made to open it. */
  private async _ask(run: Snapshot, line: string): Promise<Outcome> {
    const sheet = this._find(run);
    if (!sheet) {
      return this._nowhere();
    }
    const answer = await asked(sheet.channel, run, line);
    if (answer || !sheet.kernel) {
      return answer ?? no(this._words.__('There is no kernel to tell.'));
    }
    await executed(sheet.kernel, LOAD);
    const second = await asked(sheet.channel, run, line);
    return second ?? no(this._words.__('The kernel does not answer.'));
  }

  private readonly _words: Words;
  private readonly _find: (run: Snapshot) => Sheet | null;
  private readonly _answered = new Set<string>();
}

function no(text: string): Outcome {
  return { done: false, text };
}

/** Find the cell that ran; else the one in whose output the report stands. */
function placeIn(sheet: Sheet, run: Snapshot): number {
  const place = run.cell ? placeOf(sheet.notebook, run.cell.id) : -1;
  return place < 0 ? sheet.here : place;
}

/** Have the kernel load the extension before what is run next; one that has it does nothing. */
function load(sheet: Sheet): void {
  if (sheet.kernel) {
    void executed(sheet.kernel, LOAD).then(() => sheet.channel.wake());
  }
}

/** Ask over a channel; null where that has no answer. */
async function asked(
  channel: Channel,
  { run }: Snapshot,
  line: string,
  patience?: number
): Promise<Outcome | null> {
  const tired = new Promise<boolean>(resolve => {
    window.setTimeout(() => resolve(channel.isOpen), OPEN_PATIENCE);
  });
  if (!(await Promise.race([channel.wake(), tired]))) {
    return null;
  }
  try {
    const answer = await channel.ask({ ask: 'line', line, run }, patience);
    return { done: answer.ok, text: (answer.text ?? '').trim() };
  } catch (error) {
    if (error instanceof Unanswered) {
      return null;
    }
    throw error;
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
