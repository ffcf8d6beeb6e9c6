import assert from 'node:assert/strict';
import { test } from 'node:test';

import { indentAfter, isWorkflow, read, START, type Open } from '../src/language';

/** Give the pieces of a cell's lines as `kind:text`, a line each. */
function pieces(...lines: string[]): string[][] {
  let open: Open = START;
  return lines.map(line => {
    const [found, next] = read(line, open);
    open = next;
    return found.map(piece => `${piece.kind}:${line.slice(piece.from, piece.to)}`);
  });
}

/** Give the pieces of lines of a body. */
function body(...lines: string[]): string[][] {
  return pieces('%%workflow', ...lines).slice(1);
}

test('a cell is ours when its first line that is not blank begins with the magic', () => {
  for (const ours of ['%%workflow', '%%workflow x --fresh', '\n  \n%%workflow\nnodes:']) {
    assert.ok(isWorkflow(ours.split('\n')), ours);
  }
  for (const other of [
    '',
    '%%workflows',
    '%workflow x',
    'x\n%%workflow',
    '%%bash',
    '#%%workflow'
  ]) {
    assert.ok(!isWorkflow(other.split('\n')), other);
  }
});

test('the magic line has the magic, options and strings', () => {
  assert.deepEqual(pieces('', '%%workflow digest --input who=ann -x --out="my run"'), [
    [],
    ['magic:%%workflow', 'option:--input', 'option:-x', 'option:--out', 'string:"my run"']
  ]);
});

test('YAML: keys, dashes, numbers, constants, comments; other words stay plain', () => {
  assert.deepEqual(
    body(
      'nodes:  # all',
      '  - id: a-b',
      '    n: [1, -2.5e3, 0x1f, 2xx, .5]',
      '    when: true',
      'url: http://a/b#c'
    ),
    [
      ['key:nodes', 'mark::', 'comment:# all'],
      ['mark:-', 'key:id', 'mark::'],
      [
        'key:n',
        'mark::',
        'bracket:[',
        'number:1',
        'mark:,',
        'number:-2.5e3',
        'mark:,',
        'number:0x1f',
        'mark:,',
        'mark:,',
        'number:.5',
        'bracket:]'
      ],
      ['key:when', 'mark::', 'atom:true'],
      ['key:url', 'mark::']
    ]
  );
});

test('JSON: names are keys, texts are strings', () => {
  assert.deepEqual(body('{', '  "a": {"b":"c", "d" : [null, "x:y"]}', '}'), [
    ['bracket:{'],
    [
      'key:"a"',
      'mark::',
      'bracket:{',
      'key:"b"',
      'mark::',
      'string:"c"',
      'mark:,',
      'key:"d"',
      'mark::',
      'bracket:[',
      'atom:null',
      'mark:,',
      'string:"x:y"',
      'bracket:]',
      'bracket:}'
    ],
    ['bracket:}']
  ]);
});

test('templates stand out in every kind of text; a doubled dollar is none', () => {
  assert.deepEqual(
    body(
      'a: "x ${u.v[0]} $${no} $$${yes}"',
      'b: ${u.v}',
      '  - {c: ${u.v}, d: 1}',
      "e: 'it''s ${u}'",
      'f: ${open'
    ),
    [
      [
        'key:a',
        'mark::',
        'string:"x ',
        'template:${u.v[0]}',
        'string: $${no} $$',
        'template:${yes}',
        'string:"'
      ],
      ['key:b', 'mark::', 'template:${u.v}'],
      [
        'mark:-',
        'bracket:{',
        'key:c',
        'mark::',
        'template:${u.v}',
        'mark:,',
        'key:d',
        'mark::',
        'number:1',
        'bracket:}'
      ],
      ['key:e', 'mark::', "string:'it''s ", 'template:${u}', "string:'"],
      ['key:f', 'mark::', 'template:${open']
    ]
  );
});

test('a block text goes on while it is indented, blank lines included', () => {
  assert.deepEqual(
    body(
      '  - run: |-  # why',
      '      # no: comment',
      '',
      '      echo ${x}',
      '    next: >',
      '     a',
      'b: 1'
    ),
    [
      ['mark:-', 'key:run', 'mark::', 'mark:|-', 'comment:# why'],
      ['string:# no: comment'],
      [],
      ['string:echo ', 'template:${x}'],
      ['key:next', 'mark::', 'mark:>'],
      ['string:a'],
      ['key:b', 'mark::', 'number:1']
    ]
  );
  assert.deepEqual(body('- |', ' a: b', '- c')[1], ['string:a: b']);
});

test('a text in quotes goes on over lines, and its end is found behind escapes', () => {
  assert.deepEqual(body('a: "b \\" c', '  d: e', '  f" # g', "h: 'i", "  j''k' # l"), [
    ['key:a', 'mark::', 'string:"b \\" c'],
    ['string:  d: e'],
    ['string:  f"', 'comment:# g'],
    ['key:h', 'mark::', "string:'i"],
    ["string:  j''k'", 'comment:# l']
  ]);
});

test('brackets go on over lines, and one too many does no harm', () => {
  assert.deepEqual(body('a: [', '  b: 1, c', ']]', 'd: e')[1], [
    'key:b',
    'mark::',
    'number:1',
    'mark:,'
  ]);
  assert.deepEqual(body('a: ]', '- b: 1')[1], ['mark:-', 'key:b', 'mark::', 'number:1']);
});

test('every line ends, and its pieces stand in order, whatever it holds', () => {
  const letters = [
    'a',
    ' ',
    ':',
    '"',
    "'",
    '{',
    '}',
    '[',
    ']',
    ',',
    '#',
    '$',
    '-',
    '|',
    '\\',
    '1',
    '%',
    '&',
    '\t',
    '\u{1f600}'
  ];
  let seed = 7;
  const next = (size: number) => (seed = (seed * 48271) % 2147483647) % size;
  let open: Open = START;
  for (let round = 0; round < 5000; round += 1) {
    const line = Array.from({ length: next(14) }, () => letters[next(letters.length)]).join('');
    const before = next(9) ? open : { ...START, head: next(2) > 0 };
    const [found, after] = read(line, before);
    let end = 0;
    for (const piece of found) {
      assert.ok(piece.from >= end && piece.to > piece.from && piece.to <= line.length, line);
      end = piece.to;
    }
    assert.ok(after.depth >= 0);
    open = after;
  }
});

test('a new line is indented as what stands before it wants', () => {
  assert.equal(indentAfter('%%workflow x: {', ''), 0);
  assert.equal(indentAfter('nodes:', ''), 2);
  assert.equal(indentAfter('  - id: a', ''), 4);
  assert.equal(indentAfter('  - - a', ''), 6);
  assert.equal(indentAfter('    command: |', ''), 6);
  assert.equal(indentAfter('    command: a | b', ''), 4);
  assert.equal(indentAfter('  {', ''), 4);
  assert.equal(indentAfter('  {', '}'), 2);
});
