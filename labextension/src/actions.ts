/** What the buttons of a report do in the notebook that it stands in. */

import {
  canBeEdited,
  insertBelow,
  isUnchanged,
  placeBelow,
  placeOf,
  replace,
  type SharedNotebook
} from './cells';
import { resolveLine, STOP, type Verdict } from './lines';
import { ask, interrupted, load, loaded, STOP_PATIENCE, type Listener } from './orders';
import { canRepair, repairedCell } from './repaired';
import type { Actions, Outcome, Words } from './tokens';
import type { FixCard, Question, Snapshot } from './wire';

/** A line that begins anew what was done already, whenever its cell is run. */
const ANEW = /^%%workflow\b.*\s--(fresh|rerun)\b/m;

/** A notebook on the page, as far as actions need it. */
export interface Sheet extends Listener {
  readonly notebook: SharedNotebook;
  readonly readOnly: boolean;
  /** The place of the cell in whose output the report stands; -1 where it stands elsewhere. */
  readonly here: number;
  /** Make a cell the active one and show it; for typing, with the cursor at an offset. */
  select(place: number, offset?: number): void;
  /** Run a cell. */
  run(place: number): void;
  /** Tell whether a cell is being run. */
  isRunning(place: number): boolean;
  /** Tell whether the kernel can be reached; one that starts again is waited for a little. */
  reached(): Promise<boolean>;
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
    const words = this._words;
    return this._inNewCell(run, fix, without, async (sheet, place) => {
      const cell = sheet.notebook.getCell(place).getId();
      if (!sheet.kernel) {
        return yes(words.__('In a new cell below; start a kernel to run it.'));
      }
      if (!(await sheet.reached())) {
        return yes(words.__('In a new cell below; run it when its kernel is there again.'));
      }
      const now = placeOf(sheet.notebook, cell);
      if (now >= 0 && !sheet.isRunning(now)) {
        load(sheet);
        sheet.run(now);
      }
      return yes(words.__('Runs in a new cell below.'));
    });
  }

  async insert(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome> {
    const done = yes(this._words.__('Stands in a new cell below.'));
    return this._inNewCell(run, fix, without, async () => done);
  }

  async edit(run: Snapshot, fix: FixCard, without: ReadonlySet<string>): Promise<Outcome> {
    const words = this._words;
    const sheet = this._writable(run, fix);
    if ('text' in sheet) {
      return sheet;
    }
    const place = placeIn(sheet, run);
    if (place < 0) {
      return no(words.__('The cell that ran is not here any more: insert a new cell instead.'));
    }
    const text = repairedCell(run, fix, without);
    if (sheet.notebook.getCell(place).getSource() === text) {
      sheet.select(place, 0);
      return yes(words.__('Stands in the cell above already.'));
    }
    if (!isUnchanged(sheet.notebook, place, run.cell?.digest ?? '')) {
      return no(words.__('The cell was changed since it ran: insert a new cell instead.'));
    }
    if (!canBeEdited(sheet.notebook, place)) {
      return no(words.__('The lines of this cell end as in DOS: insert a new cell instead.'));
    }
    sheet.select(place, replace(sheet.notebook, place, text));
    return yes(words.__('Stands in the cell above; undo takes it back.'));
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
    const answer = await told(sheet, run, STOP, STOP_PATIENCE);
    if (answer) {
      return answer;
    }
    if (!sheet.kernel || !sheet.isRunning(placeIn(sheet, run))) {
      return no(this._words.__('This run is not under way here any more.'));
    }
    return (await interrupted(sheet.kernel))
      ? yes(this._words.__('The kernel was interrupted.'))
      : no(this._words.__('The kernel cannot be reached now; what it runs may go on.'));
  }

  async resolve(run: Snapshot, question: Question, verdict: Verdict): Promise<Outcome> {
    const answer = await this._ask(run, resolveLine(run, question, verdict));
    const outcome = answer.done ? answer : ((await this._settled(run, question)) ?? answer);
    // A kernel that answers only after the cell has ended its run meanwhile, without this answer.
    const now = this._find(run)?.latest(run) ?? run;
    const asks = now.questions ?? [];
    if (!outcome.done || !now.finished || !asks.some(({ node }) => node === question.node)) {
      return outcome;
    }
    this._answered.add(`${run.run} ${question.node}`);
    const left = asks.filter(({ node }) => !this._answered.has(`${run.run} ${node}`));
    return left.length ? outcome : this._again(now, outcome);
  }

  /** Say what became of a question that was answered elsewhere; null where it was not. */
  private async _settled(run: Snapshot, { node }: Question): Promise<Outcome | null> {
    const sheet = this._find(run);
    const answer = sheet && (await ask(sheet, { ask: 'effects' }));
    const [last] = (answer?.effects ?? [])
      .filter(effect => effect.session === run.session && effect.node === node)
      .slice(-1);
    const said = this._words.__('That was answered already: %1.', last?.words);
    return last && !last.doubt ? yes(said) : null;
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
    if (!sheet.isRunning(place)) {
      load(sheet);
      sheet.run(place);
    }
    return { ...told, text: this._words.__('Noted; the run goes on.') };
  }

  /** Put a repair into a new cell, unless it stands in one already; select it and do the rest. */
  private async _inNewCell(
    run: Snapshot,
    fix: FixCard,
    without: ReadonlySet<string>,
    then: (sheet: Sheet, place: number) => Promise<Outcome>
  ): Promise<Outcome> {
    const sheet = this._writable(run, fix);
    if ('text' in sheet) {
      return sheet;
    }
    const above = placeIn(sheet, run);
    if (above < 0) {
      return no(this._words.__('The cell that ran is not in this notebook any more.'));
    }
    const text = repairedCell(run, fix, without);
    const there = placeBelow(sheet.notebook, above, text);
    const place = there < 0 ? insertBelow(sheet.notebook, above, text) : there;
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
    const answer = await told(sheet, run, line);
    if (answer || !sheet.kernel) {
      return answer ?? no(this._words.__('There is no kernel to tell.'));
    }
    if (!(await sheet.reached())) {
      return no(this._words.__('The kernel cannot be reached now.'));
    }
    await loaded(sheet);
    const second = await told(sheet, run, line);
    return second ?? no(this._words.__('The kernel does not answer.'));
  }

  private readonly _words: Words;
  private readonly _find: (run: Snapshot) => Sheet | null;
  private readonly _answered = new Set<string>();
}

function no(text: string): Outcome {
  return { done: false, text };
}

function yes(text: string): Outcome {
  return { done: true, text };
}

/**
 * Find the cell that ran; else the one in whose output the report stands.
 *
 * A cell that was copied with its report is as good as the one that ran.
 */
function placeIn({ notebook, here }: Sheet, { cell }: Snapshot): number {
  const place = cell ? placeOf(notebook, cell.id) : -1;
  const copied = cell && here >= 0 && isUnchanged(notebook, here, cell.digest);
  return place < 0 || copied ? here : place;
}

/** Have the kernel obey a line about a run; null where that has no answer. */
async function told(
  sheet: Sheet,
  { run }: Snapshot,
  line: string,
  patience?: number
): Promise<Outcome | null> {
  const answer = await ask(sheet, { ask: 'line', line, run }, patience);
  return answer && { done: answer.ok, text: (answer.text ?? '').trim() };
}
