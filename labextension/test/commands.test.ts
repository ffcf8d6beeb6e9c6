import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place, words } from './page';
import { CommandRegistry } from '@lumino/commands';
import { addCommands, COMMANDS, type Deeds } from '../src/commands';
import { RunStatus } from '../src/status';

function commands(can: boolean) {
  const done: string[] = [];
  const deed = (name: string) => (can ? () => void done.push(name) : null);
  const deeds: Deeds = {
    showPanel: run => done.push(`panel ${run}`),
    stop: deed('stop'),
    resume: deed('resume'),
    report: run => deed(`report ${run}`),
    editor: can,
    setEditor: on => done.push(`editor ${on}`)
  };
  const registry = new CommandRegistry();
  return { registry, done, ids: addCommands(registry, words, deeds) };
}

test('every command has a label, a caption, and a description of what it takes', async () => {
  const { registry, ids } = commands(true);
  assert.deepEqual(ids, Object.values(COMMANDS));
  for (const id of ids) {
    assert.ok(registry.label(id) && registry.caption(id), id);
    const { args } = await registry.describedBy(id);
    assert.equal(args?.type, 'object', id);
  }
});

test('a command does what it says with what it is given', async () => {
  const { registry, done } = commands(true);
  await registry.execute(COMMANDS.panel, { run: 'r1' });
  await registry.execute(COMMANDS.panel, { run: 7 });
  await registry.execute(COMMANDS.stop);
  await registry.execute(COMMANDS.resume);
  await registry.execute(COMMANDS.report, { run: 'r2' });
  await registry.execute(COMMANDS.editor);
  await registry.execute(COMMANDS.editor, { on: true });
  assert.deepEqual(done, [
    'panel r1',
    'panel ',
    'stop',
    'resume',
    'report r2',
    'editor false',
    'editor true'
  ]);
});

test('what cannot be done now is not enabled', () => {
  const { registry } = commands(false);
  assert.equal(registry.isEnabled(COMMANDS.stop), false);
  assert.equal(registry.isEnabled(COMMANDS.resume), false);
  assert.equal(registry.isEnabled(COMMANDS.report), false);
  assert.equal(registry.isEnabled(COMMANDS.panel), true);
  assert.equal(commands(true).registry.isToggled(COMMANDS.editor), true);
});

test('the status bar shows icon, word and percent, opens the panel, and hides without a run', () => {
  let opened = 0;
  let changes = 0;
  const item = new RunStatus(words, () => void (opened += 1));
  item.changed.connect(() => void (changes += 1));
  place().appendChild(item.node);
  const told = { event: 'run', run: 'r1', workflow: 'digest', state: 'RUNNING' } as const;
  item.tell({ ...told, percent: 40 });
  item.tell({ ...told, percent: 50 });
  const button = item.node.querySelector('button')!;
  assert.equal(button.textContent, 'digestrunning 50 %');
  assert.equal(button.title, 'digest: running 50 %. Show the runs of its project.');
  assert.ok(button.querySelector('svg'));
  button.click();
  item.tell({ ...told, state: 'FAILED', percent: 100 });
  assert.equal(item.node.textContent, 'digestfailed');
  item.tell(null);
  assert.deepEqual([opened, changes, item.isShown], [1, 2, false]);
});
