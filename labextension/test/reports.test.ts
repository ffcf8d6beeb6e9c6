import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ASKING } from './page';
import { DOUBT } from './project';
import { reportAsking } from '../src/reports';
import { MIME_TYPE, type Snapshot } from '../src/wire';

type Tracker = Parameters<typeof reportAsking>[0];

/** Notebooks, each with a code cell for each report. */
function notebooks(...reports: Snapshot[][]): Tracker {
  const panels = reports.map(runs => ({
    content: {
      widgets: runs.map(run => ({
        model: { type: 'code', outputs: { length: 1, get: () => ({ data: { [MIME_TYPE]: run } }) } }
      }))
    }
  }));
  return { forEach: panels.forEach.bind(panels) } as unknown as Tracker;
}

test('the latest report that asks about an effect is found, in whichever notebook it stands', () => {
  const node = ASKING.questions![0].node;
  const effect = { ...DOUBT, node, session: ASKING.session, run: 'an earlier one' };
  const older = { ...ASKING, run: 'old', at: ASKING.at - 5 };
  const found = reportAsking(notebooks([older], [ASKING]), effect);
  assert.deepEqual([found?.run.run, found?.question.node], [ASKING.run, node]);
  const other = { ...ASKING, session: 'of another workflow' };
  const over = { ...ASKING, questions: [] };
  assert.equal(reportAsking(notebooks([other, over]), effect), null);
});
