import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { sha256 } from '../src/sha256';

test('a digest is that of every other SHA-256, at all lengths around a block', () => {
  for (let length = 0; length < 200; length += 1) {
    const text = 'aé😀b'
      .repeat(length)
      .slice(0, length)
      .replace(/[\ud800-\udbff]$/, '');
    assert.equal(sha256(text), createHash('sha256').update(text, 'utf8').digest('hex'));
  }
});

test('a long text is no problem', () => {
  const text = 'x'.repeat(1_000_000);
  assert.equal(sha256(text), createHash('sha256').update(text).digest('hex'));
});
