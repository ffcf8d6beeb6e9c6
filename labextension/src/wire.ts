// Made from the declaration in wfrepair_magic/wire/shown.py by `make wire`; do not edit.
// A field that has its default is left out, so that it is optional here.

export const MIME_TYPE = 'application/vnd.wfrepair.run+json';
export const VERSION = 1;

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
}
