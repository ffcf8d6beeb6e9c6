import assert from 'node:assert/strict';
import { test } from 'node:test';

import { place, settled, words } from './page';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';
import { addCommands, COMMANDS, type Deeds } from '../src/commands';
import { Settings } from '../src/settings';
import { RunStatus } from '../src/status';
import { PLUGIN_ID } from '../src/tokens';

interface Item {
  readonly command?: string;
}

const SCHEMA: {
  readonly 'jupyter.lab.menus': {
    readonly main: readonly { readonly items: readonly Item[] }[];
    readonly context: readonly Item[];
  };
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
} = JSON.parse(readFileSync(join(__dirname, '..', '..', 'schema', 'plugin.json'), 'utf8'));

function commands(can: boolean) {
  const done: string[] = [];
  const deed = (name: string) => (can ? () => void done.push(name) : null);
  const deeds: Deeds = {
    showPanel: run => done.push(`panel ${run}`),
    stop: deed('stop'),
    resume: deed('resume'),
    report: run => deed(`report ${run}`),
    editor: can,
    setEditor: on => done.push(`editor ${on}`),
    inWorkflow: can
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

test('in the menu of a cell they are offered where it is a workflow', () => {
  const { registry } = commands(false);
  assert.equal(registry.isVisible(COMMANDS.panel, { cell: true }), false);
  assert.equal(registry.isVisible(COMMANDS.panel), true);
  assert.equal(commands(true).registry.isVisible(COMMANDS.panel, { cell: true }), true);
});

test('the menus of the settings name commands that there are, and every setting is explained', () => {
  const menus = SCHEMA['jupyter.lab.menus'];
  const items = [...menus.main.flatMap(menu => menu.items), ...menus.context];
  const named = items.flatMap(item => item.command ?? []);
  assert.deepEqual(new Set(named), new Set(Object.values(COMMANDS)));
  for (const [name, setting] of Object.entries(SCHEMA.properties)) {
    assert.ok(setting.title && setting.description && 'default' in setting, name);
  }
});

test('settings are what somebody chose, and what is built in where nobody did', async () => {
  const chosen: Record<string, unknown> = { editor: false };
  const changed = new Signal<object, void>({});
  const found = {
    changed,
    get: (name: string) => ({ composite: chosen[name] }),
    set: async (name: string, value: unknown) => {
      chosen[name] = value;
      changed.emit();
    }
  };
  type Registry = ConstructorParameters<typeof Settings>[0];
  const settings = new Settings({ load: async () => found } as unknown as Registry, PLUGIN_ID);
  assert.deepEqual([settings.areThere, settings.editor], [false, true]);
  let heard = 0;
  settings.changed.connect(() => void (heard += 1));
  await settled();
  assert.deepEqual([settings.areThere, settings.editor], [true, false]);
  settings.editor = true;
  await settled();
  assert.deepEqual([settings.editor, settings.openPanel, settings.statusBar], [true, false, true]);
  assert.equal(heard, 2);
});

test('without settings what is built in holds', async () => {
  const refuses = { load: () => Promise.reject(new Error('no schema')) };
  type Registry = ConstructorParameters<typeof Settings>[0];
  for (const registry of [null, refuses as unknown as Registry]) {
    const settings = new Settings(registry, PLUGIN_ID);
    await settled();
    settings.editor = false;
    assert.deepEqual([settings.areThere, settings.editor], [false, true]);
  }
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
