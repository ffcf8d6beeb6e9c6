import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { place } from './page';
import { copy } from '../src/clipboard';

/** What the browser allows: its clipboard, or the older way by a selection. */
const allowed = { clipboard: true, selection: true };
let copied: string[] = [];

beforeEach(() => {
  copied = [];
  Object.assign(allowed, { clipboard: true, selection: true });
  const writeText = async (text: string) => {
    if (!allowed.clipboard) {
      throw new Error('not allowed');
    }
    copied.push(`clipboard: ${text}`);
  };
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
  document.execCommand = () => {
    const selected = document.activeElement as HTMLTextAreaElement;
    copied.push(`selection: ${selected.value}`);
    return allowed.selection;
  };
});

test('a text goes to the clipboard of the browser', async () => {
  await copy('%workflow apply 1');
  assert.deepEqual(copied, ['clipboard: %workflow apply 1']);
});

test('where the browser keeps its clipboard back, a selection is copied and focus returns', async () => {
  allowed.clipboard = false;
  const button = document.createElement('button');
  place().appendChild(button);
  button.focus();
  await copy('%workflow resume');
  assert.deepEqual(copied, ['selection: %workflow resume']);
  assert.equal(document.activeElement, button);
  assert.equal(document.querySelectorAll('textarea').length, 0);
});

test('where neither way works the caller hears of it', async () => {
  allowed.clipboard = false;
  allowed.selection = false;
  await assert.rejects(copy('x'), /does not let this page copy/);
});
