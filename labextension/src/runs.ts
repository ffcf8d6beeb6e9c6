/** What a project knows of its runs, whoever is asked: a kernel, and one day the server. */

import type { EffectLine, Fact, RunLine, RunTold } from './wire';

/** Who is asked: `name` is the notebook whose kernel it is; `here` tells whether it answers. */
export interface Source {
  readonly name: string;
  readonly here: boolean;
}

/** What has changed: who is asked, how far a run is, or what lies in the project. */
export type Change =
  | { readonly kind: 'source' }
  | { readonly kind: 'run'; readonly told: RunTold }
  | { readonly kind: 'store' };

/** The runs of a project; every question may be answered late, and rejects with a reason. */
export interface RunsModel {
  readonly source: Source;
  runs(limit: number): Promise<readonly RunLine[]>;
  /** Give a run's snapshot as it came: `model.read` reads it. */
  run(id: string): Promise<unknown>;
  effects(): Promise<readonly EffectLine[]>;
  cache(): Promise<readonly Fact[]>;
  /** Obey a `%workflow` line; gives what it prints. */
  obey(line: string): Promise<string>;
  /** Call `listener` after every change; gives a function that ends this. */
  watch(listener: (change: Change) => void): () => void;
}

/** How a run hangs together with the one that it came from. */
export interface Step {
  readonly run: RunLine;
  readonly from?: RunLine;
  readonly how: 'first' | 'same' | 'repaired' | 'edited';
}

/**
 * Say where each run came from; `runs` are listed newest first.
 *
 * That is the run before it of the same text, else the one whose text was repaired, else the one
 * before it, whose text somebody edited.
 */
export function steps(runs: readonly RunLine[]): Step[] {
  return runs.map((run, place) => {
    const earlier = runs.slice(place + 1).filter(other => other.workflow === run.workflow);
    const endedWith = (text = '') => earlier.find(other => text && other.text === text);
    const same = endedWith(run.text);
    if (same) {
      return { run, from: same, how: 'same' };
    }
    const from = endedWith(run.repaired_from) ?? earlier[0];
    return { run, from, how: run.repairs?.length ? 'repaired' : from ? 'edited' : 'first' };
  });
}

/** Give what a run came from, and what came from it, oldest first; nothing for an unknown run. */
export function lineage(runs: readonly RunLine[], id: string): Step[] {
  const all = steps(runs);
  const byRun = new Map(all.map(step => [step.run.run, step]));
  const chain: Step[] = [];
  for (let step = byRun.get(id); step; step = step.from && byRun.get(step.from.run)) {
    chain.unshift(step);
  }
  const inside = new Set([id]);
  for (const step of [...all].reverse()) {
    if (step.from && inside.has(step.from.run)) {
      inside.add(step.run.run);
      chain.push(step);
    }
  }
  return chain;
}

/** A chain in short: what has another text than before, and how many runs were left out below. */
export interface Link extends Step {
  readonly left: number;
}

/** Leave out of a chain the runs of the same text as the one before, but for those of `kept`. */
export function shortChain(chain: readonly Step[], kept: string): Link[] {
  const links: Link[] = [];
  let left = 0;
  for (const [place, step] of [...chain.entries()].reverse()) {
    const ends = place === 0 || place === chain.length - 1;
    if (ends || step.how !== 'same' || step.run.run === kept) {
      links.unshift({ ...step, left });
      left = 0;
    } else {
      left += 1;
    }
  }
  return links;
}

/** Put effects in the order in which people need them: those in doubt, then the latest. */
export function needed(effects: readonly EffectLine[]): EffectLine[] {
  return [...effects].sort(
    (a, b) => Number(b.doubt ?? false) - Number(a.doubt ?? false) || b.began - a.began
  );
}
