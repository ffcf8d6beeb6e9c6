/** The language of `%%workflow` cells, read line by line: what in a line is what. */

/** What a piece of a line is; plain text is no piece. */
export type Kind =
  | 'magic'
  | 'option'
  | 'key'
  | 'string'
  | 'number'
  | 'atom'
  | 'comment'
  | 'mark'
  | 'bracket'
  | 'template';

/** A piece of a line, from one character of it to before another. */
export interface Piece {
  readonly from: number;
  readonly to: number;
  readonly kind: Kind;
}

/** What is still open at the beginning of a line. */
export interface Open {
  /** The line with the magic is still to come. */
  readonly head: boolean;
  /** The column that lines of a block text (`|`, `>`) are indented more than; -1 outside of one. */
  readonly block: number;
  /** The quotation mark whose partner is still to come. */
  readonly quote: string;
  /** So many brackets are open. */
  readonly depth: number;
}

export const START: Open = { head: true, block: -1, quote: '', depth: 0 };

const MAGIC = /^\s*%%workflow(?=\s|$)/;

/** Say whether a text is a workflow cell: the lines before its magic, if any, are blank. */
export function isWorkflow(lines: Iterable<string>): boolean {
  for (const line of lines) {
    if (line.trim()) {
      return MAGIC.test(line);
    }
  }
  return false;
}

/** Read a line: give its pieces in order, and what is open at the beginning of the next. */
export function read(line: string, open: Open): [readonly Piece[], Open] {
  const reader = new Line(line, open);
  if (open.head) {
    return [reader.pieces, reader.head()];
  }
  return [reader.pieces, open.block >= 0 ? reader.block() : reader.body()];
}

const WORDS = /(?<option>\s--?[\w-]+)|(?<string>"(?:[^"\\]|\\.)*"?|'[^']*'?)|\s?[^\s"'=]+|[\s=]/gy;
const COMMENT = /#.*/y;
const DASHES = /(?:-(?=\s|$)|---(?=\s|$)|\.\.\.(?=\s|$)|\?(?=\s))/y;
const BLOCK = /[|>][-+\d]*(?=\s*(?:#.*)?$)/y;
const DOUBLE = /(?:[^"\\]|\\.)*\\?/y;
const SINGLE = /(?:[^']|'')*/y;
const COLON = /\s*:(?=[\s,[\]{}]|$)/y;
const COLON_AFTER_QUOTE = /\s*:/y;
const PLAIN = /(?:\$\{[^}]*\}?|:(?=\S)|[^\s:]|\s+(?=[^\s:#]))+/y;
const PLAIN_IN_BRACKETS = /(?:\$\{[^}]*\}?|:(?=[^\s,[\]{}])|[^\s:,[\]{}]|\s+(?=[^\s:#,[\]{}]))+/y;
const NUMBER = /^[-+]?(?:\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?|\.\d+|0[xob][\da-fA-F]+|\.inf|\.nan)$/;
const ATOM = /^(?:true|false|null|~)$/;
const TEMPLATE = /\$\$|\$\{[^}]*\}?/g;

/** One pass over one line. */
class Line {
  readonly pieces: Piece[] = [];

  constructor(
    private readonly text: string,
    private readonly open: Open
  ) {
    this.depth = open.depth;
  }

  /** Read the magic line, or a blank one before it. */
  head(): Open {
    const magic = MAGIC.exec(this.text);
    if (!magic) {
      return this.open;
    }
    const end = magic[0].length;
    this.add(end - '%%workflow'.length, end, 'magic');
    WORDS.lastIndex = end;
    for (let found = WORDS.exec(this.text); found; found = WORDS.exec(this.text)) {
      const { option, string } = found.groups ?? {};
      if (option) {
        this.add(found.index + 1, WORDS.lastIndex, 'option');
      } else if (string) {
        this.add(found.index, WORDS.lastIndex, 'string');
      }
    }
    return { ...START, head: false };
  }

  /** Read a line of a block text, or the first behind it. */
  block(): Open {
    const indent = this.text.search(/\S/);
    if (indent >= 0 && indent <= this.open.block) {
      return this.body();
    }
    if (indent >= 0) {
      this.said(indent, this.text.length, 'string');
    }
    return this.open;
  }

  /** Read a line of YAML or JSON. */
  body(): Open {
    if (this.open.quote) {
      this.quoted(0, this.open.quote);
    }
    while (!this.quote && this.at < this.text.length) {
      this.next();
    }
    return { head: false, block: this.opens, quote: this.quote, depth: this.depth };
  }

  private next(): void {
    const char = this.text[this.at];
    if (char === ' ' || char === '\t') {
      this.at += 1;
    } else if (char === '#' && /^$|\s/.test(this.text[this.at - 1] ?? '')) {
      this.take(COMMENT, 'comment');
    } else if ('{}[],'.includes(char)) {
      this.depth = Math.max(
        0,
        this.depth + Number('{['.includes(char)) - Number('}]'.includes(char))
      );
      this.add(this.at, this.at + 1, char === ',' ? 'mark' : 'bracket');
    } else if (char === '"' || char === "'") {
      this.quoted(this.at + 1, char);
    } else if (!this.depth && this.match(DASHES)) {
      this.column = this.at;
      this.take(DASHES, 'mark');
    } else if (!this.depth && this.match(BLOCK)) {
      this.opens = this.column;
      this.take(BLOCK, 'mark');
    } else {
      this.plain();
    }
  }

  /** Read text in quotes from behind the opening one on: a key, or a string. */
  private quoted(from: number, quote: string): void {
    const start = this.at;
    this.at = from;
    const end = this.match(quote === '"' ? DOUBLE : SINGLE);
    const closed = end < this.text.length;
    this.quote = closed ? '' : quote;
    this.at = closed ? end + 1 : end;
    if (closed && this.match(COLON_AFTER_QUOTE)) {
      this.key(start, COLON_AFTER_QUOTE);
    } else {
      this.said(start, this.at, 'string');
    }
  }

  /** Read a word without quotes: a key, a number, a constant, or text. */
  private plain(): void {
    const start = this.at;
    this.at = this.match(this.depth ? PLAIN_IN_BRACKETS : PLAIN) || start + 1;
    const word = this.text.slice(start, this.at);
    if (this.match(COLON)) {
      this.key(start, COLON);
    } else if (NUMBER.test(word)) {
      this.add(start, this.at, 'number');
    } else if (ATOM.test(word)) {
      this.add(start, this.at, 'atom');
    } else {
      this.said(start, this.at);
    }
  }

  private key(start: number, colon: RegExp): void {
    this.column = this.depth ? this.column : start;
    this.add(start, this.at, 'key');
    this.take(colon, 'mark');
  }

  /** Note text, and the templates in it; of a run of dollars each pair is one dollar. */
  private said(from: number, to: number, kind?: Kind): void {
    let at = from;
    for (const found of this.text.slice(from, to).matchAll(TEMPLATE)) {
      if (found[0] !== '$$') {
        const start = from + (found.index ?? 0);
        this.add(at, start, kind);
        at = start + found[0].length;
        this.add(start, at, 'template');
      }
    }
    this.add(at, to, kind);
  }

  private add(from: number, to: number, kind?: Kind): void {
    if (kind && from < to) {
      this.pieces.push({ from, to, kind });
    }
    this.at = to;
  }

  /** Say where what begins here ends; 0 where it is something else. */
  private match(pattern: RegExp): number {
    pattern.lastIndex = this.at;
    return pattern.test(this.text) ? pattern.lastIndex : 0;
  }

  private take(pattern: RegExp, kind: Kind): void {
    const end = this.match(pattern);
    this.add(end - this.text.slice(this.at, end).trimStart().length, end, kind);
  }

  private at = 0;
  private depth: number;
  private quote = '';
  /** Where the block text that begins on this line is indented from; -1: none begins. */
  private opens = -1;
  /** Where the last key or dash of this line stands. */
  private column = -1;
}

const DEEPER = /(?:[:{[]|\s[|>][-+\d]*)\s*$/;
const ENTRY = /^\s*(?:-\s+)*/;
const CLOSING = /^[}\]]/;

/** Say how many blanks begin the line after `line`, when `behind` is what moves down to it. */
export function indentAfter(line: string, behind: string): number {
  if (MAGIC.test(line)) {
    return 0;
  }
  const indent = (ENTRY.exec(line) ?? [''])[0].length;
  return DEEPER.test(line) && !CLOSING.test(behind) ? indent + 2 : indent;
}
