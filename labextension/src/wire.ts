// Made from the declarations in wfrepair_magic/wire/shown.py and asked.py by `make wire`; do not
// edit.  A field that has its default is left out, so that it is optional here.

export const MIME_TYPE = 'application/vnd.wfrepair.run+json';
export const VERSION = 1;

/** The name of the comm that a page opens. */
export const TARGET = 'wfrepair';

/** How each line begins of the comment that stands before a repaired text in a new cell. */
export const COMMENT = '# repaired: ';

/** At `line` of a text (from 1) `gone` lines go away, and `lines` stand in their place. */
export interface LineEdit {
  node: string;
  line: number;
  gone: number;
  lines: ReadonlyArray<string>;
}

/** A node's row.  `folded`: it need not stand among the first that a reader sees. */
export interface NodeRow {
  id: string;
  type: string;
  state: string;
  attempts?: number;
  seconds?: number;
  age?: number | null;
  saved?: number;
  fraction?: number | null;
  message?: string;
  action?: string;
  handled?: boolean;
  purpose?: string;
  gave?: string;
  again?: string;
  why?: ReadonlyArray<string>;
  logs?: ReadonlyArray<string>;
  spans?: ReadonlyArray<number>;
  after?: ReadonlyArray<string>;
  folded?: boolean;
}

/** A node in the drawing: its column, and its middle in rows from the top. */
export interface Box {
  id: string;
  state: string;
  column: number;
  row: number;
}

/** Nodes of one wave or of neighbouring ones, counted by state, the worst first. */
export interface WaveBox {
  first: number;
  last: number;
  state: string;
  counts: Readonly<Record<string, number>>;
  alone?: string;
}

/** The drawing: boxes and lines, or only waves where the nodes are too many; both may be empty. */
export interface Graph {
  columns: number;
  rows: number;
  waves: number;
  boxes?: ReadonlyArray<Box>;
  lines?: ReadonlyArray<ReadonlyArray<number>>;
  stages?: ReadonlyArray<WaveBox>;
}

/** Why a node failed, with what is known around it. */
export interface FailureNote {
  node: string;
  code: string;
  cause: string;
  category: string;
  helps: 'wait' | 'change' | 'human' | 'nothing';
  effect: 'no' | 'yes' | 'reported' | 'in_doubt';
  meaning?: string;
  hint?: string;
  error_type?: string;
  attempts?: number;
  places?: ReadonlyArray<string>;
  inputs?: ReadonlyArray<string>;
  detail?: string;
}

/** A problem that the check found. */
export interface Finding {
  severity: 'error' | 'warning';
  text: string;
}

/** What the next run would do with some nodes, if a fix were applied; `more` are not named. */
export interface Foreseen {
  verdict: string;
  nodes: ReadonlyArray<string>;
  more?: number;
}

/** A repair on offer; `line` is the command that accepts it. */
export interface FixCard {
  number: number;
  title: string;
  code: string;
  level: string;
  origin: string;
  rung: string;
  diff: string;
  why?: string;
  evidence?: ReadonlyArray<string>;
  preview?: ReadonlyArray<Foreseen>;
  line?: string;
  dismiss?: string;
  edits?: ReadonlyArray<LineEdit>;
  comment?: ReadonlyArray<string>;
}

/** A repair that went in, and who let it in. */
export interface Applied {
  title: string;
  code: string;
  by: string;
  diff?: string;
  why?: string;
}

/** What a person is asked about a node. */
export interface Question {
  node: string;
  state: string;
  text: string;
}

/** The cell that ran: its id, and the digest (SHA-256, hex) of its whole text as it ran. */
export interface CellNote {
  id: string;
  head: string;
  digest: string;
}

/** A run at the moment `at` (Unix time): all that a page draws, and nothing to compute. */
export interface Snapshot {
  version: number;
  run: string;
  workflow: string;
  session: string;
  state: string;
  at: number;
  elapsed: number;
  percent: number;
  done: number;
  total: number;
  attempt?: number;
  finished?: boolean;
  usual?: number | null;
  saved?: number;
  owner?: string;
  doing?: string;
  counts?: Readonly<Record<string, number>>;
  graph?: Graph | null;
  nodes?: ReadonlyArray<NodeRow>;
  rest?: Readonly<Record<string, number>>;
  notices?: ReadonlyArray<string>;
  applied?: ReadonlyArray<Applied>;
  failures?: ReadonlyArray<FailureNote>;
  problems?: ReadonlyArray<Finding>;
  questions?: ReadonlyArray<Question>;
  fixes?: ReadonlyArray<FixCard>;
  abstained?: ReadonlyArray<string>;
  ways?: ReadonlyArray<string>;
  cell?: CellNote | null;
  source?: string;
}

/** Obey a line, `%workflow stop`, as if it were typed; the answer's text is what it prints. */
export interface AskLine {
  id: number;
  ask: 'line';
  line: string;
  run?: string;
}

/** Check the whole text of a cell, its magic line too: `Answer.marks`. */
export interface AskCheck {
  id: number;
  ask: 'check';
  text: string;
}

/** Say what stands at a place of a cell's text: `Answer.hover`. */
export interface AskHover {
  id: number;
  ask: 'hover';
  text: string;
  line: number;
  column: number;
}

/** List the latest runs of the project store: `Answer.runs`, the newest first. */
export interface AskRuns {
  id: number;
  ask: 'runs';
  limit?: number;
}

/** Give a run as its history tells it: `Answer.run`; "" is the latest. */
export interface AskRun {
  id: number;
  ask: 'run';
  run?: string;
}

/** List the effects of all sessions of the project store: `Answer.effects`, the oldest first. */
export interface AskEffects {
  id: number;
  ask: 'effects';
}

/** Say what the project store keeps: `Answer.cache`. */
export interface AskCache {
  id: number;
  ask: 'cache';
}

/** A problem and its place; `length` is 0 where only the beginning is known. */
export interface Mark {
  severity: 'error' | 'warning';
  code: string;
  message: string;
  line: number;
  column: number;
  length?: number;
  hint?: string;
  node?: string;
}

/** What is known of the word at a place: lines of plain text, and where the word stands. */
export interface Hover {
  lines: ReadonlyArray<string>;
  line: number;
  column: number;
  length: number;
}

/** A run in a list.  `state` is RUNNING while its process lives, else how it ended. */
export interface RunLine {
  run: string;
  workflow: string;
  session: string;
  state: string;
  began: number;
  took?: number | null;
  here?: boolean;
  text?: string;
  repaired_from?: string;
  repairs?: ReadonlyArray<string>;
}

/** An effect as the ledger knows it.  `doubt`: a person must say whether it happened. */
export interface EffectLine {
  node: string;
  workflow: string;
  session: string;
  words: string;
  run: string;
  began: number;
  took?: number | null;
  doubt?: boolean;
  question?: string;
  said?: string;
  lines?: ReadonlyArray<string>;
}

/** What it is about, what was found, and what is to be said to it. */
export interface Fact {
  what: string;
  found: string;
  said?: string;
}

/** The answer to the Ask of that `id`; where it is not `ok`, `text` says why. */
export interface Answer {
  id: number;
  ok: boolean;
  text?: string;
  marks?: ReadonlyArray<Mark>;
  hover?: Hover | null;
  runs?: ReadonlyArray<RunLine>;
  run?: Snapshot | null;
  effects?: ReadonlyArray<EffectLine>;
  cache?: ReadonlyArray<Fact>;
}

/** How far a run of this kernel is: told at its start, at most once a second, and at its end. */
export interface RunTold {
  event: 'run';
  run: string;
  workflow: string;
  state: string;
  percent: number;
  cell?: string;
  asking?: number;
  background?: boolean;
}

export type Ask = AskLine | AskCheck | AskHover | AskRuns | AskRun | AskEffects | AskCache;

export type Told = Answer | RunTold;
