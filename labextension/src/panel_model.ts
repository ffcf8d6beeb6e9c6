/** What the panel shows: what was answered last, and what a person looks at. */

import type { Verdict } from './lines';
import { read, type Reading } from './model';
import { needed, type Change, type RunsModel, type Source } from './runs';
import type { Outcome } from './tokens';
import type { EffectLine, Fact, RunLine, RunTold } from './wire';

/** So many runs are asked for at first, and so many more on demand. */
const PAGE = 50;
/** So long an answer may take before the panel says that it waits for it, in milliseconds. */
const PATIENCE = 1500;

const NOTHING: Reading = { kind: 'nothing' };

/** Everything that is drawn; lists are null until they were answered once. */
export interface Shown {
  readonly source: Source;
  /** The notebook whose kernel answered last, and when (milliseconds). */
  readonly from: string;
  readonly at: number;
  readonly runs: readonly RunLine[] | null;
  /** Whether there may be more runs than those. */
  readonly more: boolean;
  readonly percents: Readonly<Record<string, number>>;
  readonly effects: readonly EffectLine[];
  readonly cache: readonly Fact[];
  /** The run that is looked at, "" where it is the list; and its snapshot. */
  readonly chosen: string;
  readonly reading: Reading;
  /** Why the last question had no answer. */
  readonly trouble: string;
  /** What the last answer to a doubt came to. */
  readonly said: string;
  readonly waiting: boolean;
}

/** The panel's memory: it asks while somebody looks, and keeps what it was told last. */
export class PanelModel {
  constructor(private readonly _runs: RunsModel) {
    this._shown = { ...EMPTY, source: _runs.source };
    this._unwatch = _runs.watch(change => this._heard(change));
  }

  get shown(): Shown {
    return this._shown;
  }

  /** Say whether somebody looks; what changed meanwhile is asked for then. */
  set awake(awake: boolean) {
    this._awake = awake;
    if (awake && this._stale) {
      void this.refresh();
    }
  }

  /** Ask for everything anew; what was shown stays until the answer is there. */
  async refresh(): Promise<void> {
    this._stale = true;
    if (this._asking || !this._runs.source.here) {
      return;
    }
    this._asking = true;
    const timer = setTimeout(() => this._set({ waiting: true }), PATIENCE);
    while (this._stale && this._runs.source.here) {
      this._stale = false;
      await this._ask();
    }
    clearTimeout(timer);
    this._asking = false;
    this._set({ waiting: false });
  }

  /** Ask again as time goes on, while there is what only another process would tell of. */
  tick(): void {
    const { runs, effects } = this._shown;
    const elsewhere = runs?.some(run => run.state === 'RUNNING' && !run.here) ?? false;
    const unsettled = effects.some(effect => !effect.doubt && typeof effect.took !== 'number');
    if (this._awake && (elsewhere || unsettled || this._shown.trouble)) {
      void this.refresh();
    }
  }

  /** Look at a run. */
  async choose(id: string): Promise<void> {
    this._set({ chosen: id, reading: NOTHING, trouble: '' });
    await this._read(id);
  }

  /** Go back to the list. */
  close(): void {
    this._set({ chosen: '', reading: NOTHING });
  }

  /** Ask for more runs than are listed. */
  more(): Promise<void> {
    this._limit += PAGE;
    return this.refresh();
  }

  /**
   * Answer for an effect in doubt, unless an answer is under way; `resolve` does that in the
   * notebook that asks.  Where that cannot be, the kernel here is told, and the run goes on when
   * somebody goes on with it.
   */
  async answer(
    effect: EffectLine,
    verdict: Verdict,
    resolve: (() => Promise<Outcome>) | null = null
  ): Promise<void> {
    if (this._answering) {
      return;
    }
    this._answering = true;
    const line = effect.lines?.[verdict === 'sent' ? 0 : 1] ?? '';
    const outcome = resolve && (await resolve());
    const said = outcome?.done ? outcome.text : await this._runs.obey(line).catch(reasonOf);
    this._answering = false;
    this._set({ said });
    await this.refresh();
  }

  /** Call `listener` after every change; gives a function that ends this. */
  watch(listener: () => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  dispose(): void {
    this._unwatch();
    this._listeners.clear();
  }

  private _heard(change: Change): void {
    if (change.kind === 'source') {
      const source = this._runs.source;
      const runs = source.here ? this._shown.runs : ended(this._shown.runs);
      this._set({ source, runs, trouble: '', waiting: false });
    }
    if (change.kind === 'run') {
      this._follow(change.told);
    }
    const followed = change.kind === 'run' && !this._isNews(change.told);
    this._stale = this._stale || !followed;
    if (this._awake && this._stale) {
      void this.refresh();
    } else if (this._awake && followed && change.told.run === this._shown.chosen) {
      void this._read(change.told.run);
    }
  }

  /** Take how far a run is into the list. */
  private _follow(told: RunTold): void {
    const percents = { ...this._shown.percents, [told.run]: told.percent };
    const runs = this._shown.runs?.map(run =>
      run.run === told.run ? { ...run, state: told.state } : run
    );
    this._set({ percents, runs: runs ?? null });
  }

  /** Tell whether a run has begun or ended: what lies in the project has changed then. */
  private _isNews(told: RunTold): boolean {
    const news = told.state !== 'RUNNING' || !this._met.has(told.run);
    this._met.add(told.run);
    return news;
  }

  /** Ask for each list by itself: a slow one holds up no other. */
  private async _ask(): Promise<void> {
    const { _runs: asked, _limit: limit } = this;
    const from = asked.source.name;
    const runs = asked.runs(limit).then(runs => {
      const more = runs.length >= limit;
      this._set({ from, at: Date.now(), trouble: '', runs, more });
    });
    const effects = asked.effects().then(effects => this._set({ effects: needed(effects) }));
    const cache = asked.cache().then(cache => this._set({ cache }));
    const chosen = this._shown.chosen;
    const answers = [runs, effects, cache, chosen ? this._read(chosen) : null];
    for (const answer of await Promise.allSettled(answers)) {
      if (answer.status === 'rejected') {
        this._set({ trouble: this._reason(answer.reason) });
      }
    }
  }

  /** Ask for a run; an answer that comes when another one is looked at is let go. */
  private async _read(id: string): Promise<void> {
    if (this._reads === id || !this._runs.source.here) {
      return; // its answer is under way: a busy kernel shall not be asked for each percent
    }
    this._reads = id;
    const told = await this._runs.run(id).then(
      data => ({ reading: read(data), trouble: '' }),
      reason => ({ trouble: this._reason(reason) })
    );
    this._reads = this._reads === id ? '' : this._reads;
    if (this._shown.chosen === id) {
      this._set(told);
    }
  }

  /** Say why there was no answer; who is not there to answer is said elsewhere. */
  private _reason(reason: unknown): string {
    return this._runs.source.here ? reasonOf(reason) : '';
  }

  private _set(change: Partial<Shown>): void {
    this._shown = { ...this._shown, ...change };
    for (const listener of [...this._listeners]) {
      listener();
    }
  }

  private _shown: Shown;
  private _limit = PAGE;
  private _awake = false;
  private _stale = true;
  private _asking = false;
  private _answering = false;
  private _reads = '';
  private readonly _met = new Set<string>();
  private readonly _unwatch: () => void;
  private readonly _listeners = new Set<() => void>();
}

const EMPTY: Shown = {
  source: { name: '', here: false },
  from: '',
  at: 0,
  runs: null,
  more: false,
  percents: {},
  effects: [],
  cache: [],
  chosen: '',
  reading: NOTHING,
  trouble: '',
  said: '',
  waiting: false
};

/** Take the runs of a kernel that does not answer any more for what they are: not followed. */
function ended(runs: Shown['runs']): Shown['runs'] {
  const ends = (run: RunLine) => run.here && run.state === 'RUNNING';
  return runs?.map(run => (ends(run) ? { ...run, state: 'UNFINISHED' } : run)) ?? null;
}

function reasonOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
