/** A project whose answers tests steer, and what it is asked. */

import type { Change, RunsModel } from '../src/runs';
import type { EffectLine, Fact, RunLine, RunTold } from '../src/wire';
import { RUN } from './page';

export const NOW = 10_000;

/** Give a run that began so many minutes ago. */
export function line(run: string, minutes: number, rest: Partial<RunLine> = {}): RunLine {
  const began = NOW - 60 * minutes;
  return { run, workflow: 'digest', session: 's', state: 'SUCCESS', began, took: 2, ...rest };
}

export const DOUBT: EffectLine = {
  node: 'mail',
  workflow: 'digest',
  session: 's',
  words: 'in doubt',
  run: 'r1',
  began: NOW - 600,
  doubt: true,
  question: 'mail: was it sent?',
  lines: ['%workflow resolve mail sent', '%workflow resolve mail not-sent']
};

/** Answers at once unless `slow` is set: then when `release` is called. */
export class FakeRuns implements RunsModel {
  source = { name: 'a.ipynb', here: true };
  known: RunLine[] = [];
  left: EffectLine[] = [];
  kept: Fact[] = [];
  snapshots: Record<string, unknown> = {};
  asked: string[] = [];
  refusal = '';
  slow = false;

  runs(limit: number): Promise<readonly RunLine[]> {
    return this._answer(`runs ${limit}`, () => this.known.slice(0, limit));
  }

  run(id: string): Promise<unknown> {
    return this._answer(`run ${id}`, () => this.snapshots[id] ?? { ...RUN, run: id });
  }

  effects(): Promise<readonly EffectLine[]> {
    return this._answer('effects', () => this.left);
  }

  cache(): Promise<readonly Fact[]> {
    return this._answer('cache', () => this.kept);
  }

  obey(text: string): Promise<string> {
    return this._answer(text, () => `did ${text}`);
  }

  watch(listener: (change: Change) => void): () => void {
    this._listeners.add(listener);
    return () => this._listeners.delete(listener);
  }

  tell(told: Partial<RunTold>): void {
    const whole = { run: 'r1', workflow: 'digest', state: 'RUNNING', percent: 0, ...told };
    this.change({ kind: 'run', told: { event: 'run', ...whole } });
  }

  change(change: Change): void {
    this._listeners.forEach(listener => listener(change));
  }

  release(): void {
    this._held.splice(0).forEach(go => go());
  }

  private async _answer<T>(question: string, answer: () => T): Promise<T> {
    this.asked.push(question);
    if (this.slow) {
      await new Promise<void>(resolve => this._held.push(resolve));
    }
    if (this.refusal) {
      throw new Error(this.refusal);
    }
    return answer();
  }

  private readonly _held: (() => void)[] = [];
  private readonly _listeners = new Set<(change: Change) => void>();
}
