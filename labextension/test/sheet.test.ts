import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { place, REPAIRABLE, RUN, settled } from './page';
import { YNotebook } from '@jupyter/ydoc';
import type { Channels } from '../src/channel';
import { findPanel, INSERTED, sheetOf } from '../src/sheet';

const open: YNotebook[] = [];
const channels = { of: (session: unknown) => ({ session }) } as unknown as Channels;

afterEach(() => open.splice(0).forEach(made => made.dispose()));

type Panel = Parameters<typeof sheetOf>[0];

/** A panel as JupyterLab has it, with a cell of each id; a report can stand in a cell's node. */
function panel(...ids: string[]) {
  const notebook = YNotebook.create() as YNotebook;
  notebook.insertCells(
    0,
    ids.map(id => ({ cell_type: 'code', source: 'text', id }))
  );
  open.push(notebook);
  const node = document.createElement('div');
  const did: string[] = [];
  const widgets = ids.map(id => {
    const cell = document.createElement('div');
    node.appendChild(cell);
    const editor = {
      getPositionAt: (offset: number) => ({ line: 0, column: offset }),
      setCursorPosition: ({ column }: { column: number }) => did.push(`cursor ${column}`)
    };
    return {
      node: cell,
      ready: Promise.resolve(),
      editor,
      addClass: (name: string) => did.push(`${id} ${name}`)
    };
  });
  const content = {
    widgets,
    activeCellIndex: 0,
    mode: 'edit',
    get activeCell() {
      return widgets[this.activeCellIndex];
    },
    deselectAll: () => undefined,
    activate: () => did.push('activate'),
    scrollToItem: () => Promise.reject(new Error('another place was asked for'))
  };
  const cells: object[] = ids.map(() => ({ executionCount: null }));
  const model = {
    sharedModel: notebook,
    readOnly: false,
    cells: { get: (at: number) => cells[at] }
  };
  const made = { node, content, model, sessionContext: { session: null } };
  return { panel: made as unknown as Panel, node, widgets, content, cells, did };
}

test('a report is at home in the notebook that it stands in, else in one that has its cell', () => {
  const [one, two] = [panel('a'), panel('c1')];
  const element = place();
  const panels = [one.panel, two.panel];
  assert.equal(findPanel(panels, element, REPAIRABLE), two.panel);
  assert.equal(findPanel(panels, element, RUN), null);
  one.widgets[0].node.appendChild(element);
  assert.equal(findPanel(panels, element, REPAIRABLE), one.panel);
});

test('a sheet knows the cell in whose output the report stands', () => {
  const { panel: found, widgets } = panel('a', 'b');
  const element = place();
  const ran: number[] = [];
  const sheet = () => sheetOf(found, element, channels, (_, at) => void ran.push(at))!;
  assert.equal(sheet().here, -1);
  widgets[1].node.appendChild(element);
  assert.equal(sheet().here, 1);
  assert.equal(sheet().kernel, null);
  sheet().run(1);
  assert.deepEqual(ran, [1]);
});

test('a notebook that is not loaded yet is no sheet', () => {
  const found = { ...panel('a').panel, model: null } as unknown as Panel;
  assert.equal(
    sheetOf(found, place(), channels, () => undefined),
    null
  );
});

test('a selected cell is active and marked; one to write in has the cursor at its place', async () => {
  const { panel: found, content, did } = panel('a', 'b');
  const sheet = sheetOf(found, place(), channels, () => undefined)!;
  sheet.select(1);
  await settled();
  assert.equal(content.activeCellIndex, 1);
  assert.equal(content.mode, 'command');
  sheet.select(0, 3);
  await settled();
  assert.equal(content.mode, 'edit');
  assert.deepEqual(did, [`b ${INSERTED}`, 'activate', 'activate', 'cursor 3']);
});

test('a cell that is being run is told from one that is not, in every JupyterLab', () => {
  const { panel: found, cells } = panel('a');
  const sheet = sheetOf(found, place(), channels, () => undefined)!;
  const cases: [object, boolean][] = [
    [{ executionCount: null }, true],
    [{ executionCount: 3 }, false],
    [{ executionCount: null, executionState: 'idle' }, false],
    [{ executionCount: 3, executionState: 'running' }, true]
  ];
  for (const [cell, running] of cases) {
    cells[0] = cell;
    assert.equal(sheet.isRunning(0), running);
  }
  assert.equal(sheet.isRunning(7), false);
});

test('a kernel that starts again is waited for, and one that does not come back is not', async () => {
  const kernel = { connectionStatus: 'connected', status: 'autorestarting' };
  const { panel: made, node } = panel('a');
  const session = { ...made.sessionContext, session: { kernel } };
  const sheet = sheetOf(
    { ...made, sessionContext: session } as unknown as Panel,
    node,
    channels,
    () => assert.fail('nothing is run')
  )!;
  const waited = sheet.reached();
  kernel.status = 'starting';
  assert.equal(await waited, true);
  kernel.connectionStatus = 'connecting';
  assert.equal(await sheet.reached(), false);
});
