/** The colours of a workflow cell, and the plain language that stands in for Python's there. */

import { highlightingFor, indentService, indentUnit, StreamLanguage } from '@codemirror/language';
import { Prec, RangeSetBuilder, type EditorState, type Extension } from '@codemirror/state';
import {
  Decoration,
  ViewPlugin,
  type DecorationSet,
  type EditorView,
  type ViewUpdate
} from '@codemirror/view';
import { tags, type Tag } from '@lezer/highlight';

import { indentAfter, read, START, type Kind, type Open } from './language';

const TAGS: Readonly<Record<Kind, Tag>> = {
  magic: tags.keyword,
  option: tags.attributeName,
  key: tags.attributeName,
  string: tags.string,
  number: tags.number,
  atom: tags.bool,
  comment: tags.comment,
  mark: tags.punctuation,
  bracket: tags.bracket,
  template: tags.special(tags.string)
};

/** Of a line so many characters are read; what stands behind them is not coloured. */
const MOST = 10_000;

/**
 * A language without words: it takes the place of Python's, and with it goes all that would be
 * said of the text as if it were Python.  The page completes no words of the cell from it either,
 * so that what the kernel offers stands alone.
 */
const plain = StreamLanguage.define<null>({
  name: 'workflow',
  startState: () => null,
  token: stream => {
    stream.skipToEnd();
    return null;
  },
  languageData: { commentTokens: { line: '#' } }
});

const indents = indentService.of((context, at) =>
  indentAfter(context.lineAt(at, -1).text, context.textAfterPos(at))
);

/** Draws the pieces of the lines in view. */
class Colours {
  constructor(view: EditorView) {
    this.decorations = this.paint(view);
  }

  decorations: DecorationSet;

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      this.forget(update);
    }
    const other = update.transactions.some(each => each.reconfigured);
    if (update.docChanged || update.viewportChanged || other) {
      this.decorations = this.paint(update.view);
    }
  }

  /** Forget what is open behind the first line that changed. */
  private forget(update: ViewUpdate): void {
    let first = update.state.doc.length;
    update.changes.iterChangedRanges((_from, _to, from) => {
      first = Math.min(first, from);
    });
    this.opens.length = Math.min(this.opens.length, update.state.doc.lineAt(first).number);
  }

  private paint(view: EditorView): DecorationSet {
    const { doc } = view.state;
    const styles = stylesOf(view.state);
    const built = new RangeSetBuilder<Decoration>();
    for (const { from, to } of view.visibleRanges) {
      const last = doc.lineAt(to).number;
      for (let number = doc.lineAt(from).number; number <= last; number += 1) {
        const start = doc.line(number).from;
        for (const piece of this.read(view, number)) {
          const style = styles[piece.kind];
          if (style) {
            built.add(start + piece.from, start + piece.to, style);
          }
        }
      }
    }
    return built.finish();
  }

  /** Read a line, and before it those of which nobody knows yet what they leave open. */
  private read(view: EditorView, number: number): ReturnType<typeof read>[0] {
    for (let at = this.opens.length; at < number; at += 1) {
      this.readOne(view, at);
    }
    return this.readOne(view, number);
  }

  private readOne(view: EditorView, number: number): ReturnType<typeof read>[0] {
    const text = view.state.doc.line(number).text.slice(0, MOST);
    const [pieces, open] = read(text, this.opens[number - 1]);
    this.opens[number] = open;
    return pieces;
  }

  /** What is open at the beginning of each line, as far as it is known; the first has number 1. */
  private opens: Open[] = [START];
}

/** Give the marks with the classes that the page's theme has for each kind. */
function stylesOf(state: EditorState): Partial<Record<Kind, Decoration>> {
  const found: Partial<Record<Kind, Decoration>> = {};
  for (const [kind, tag] of Object.entries(TAGS) as [Kind, Tag][]) {
    const classes = highlightingFor(state, [tag]);
    if (classes) {
      found[kind] = Decoration.mark({ class: classes });
    }
  }
  return found;
}

/** What a workflow cell looks like, and how it is indented. */
export const colours: Extension = [
  Prec.high([plain, indents, indentUnit.of('  ')]),
  ViewPlugin.fromClass(Colours, { decorations: painter => painter.decorations })
];
