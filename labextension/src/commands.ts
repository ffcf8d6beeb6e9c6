/** The commands: in the palette, in menus, and for other extensions to call. */

import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { Words } from './tokens';

export const COMMANDS = {
  panel: 'wfrepair-magic:show-panel',
  stop: 'wfrepair-magic:stop',
  resume: 'wfrepair-magic:resume',
  report: 'wfrepair-magic:show-report',
  editor: 'wfrepair-magic:toggle-editor'
} as const;

/** What the commands do, and when they can. */
export interface Deeds {
  showPanel(run: string): void;
  /** Stop the run of the notebook in front; null while there is none to stop. */
  readonly stop: (() => void) | null;
  /** Run the cell of the last run again; null where it is not there. */
  readonly resume: (() => void) | null;
  /** Show the report of a run ("" is the last); null where there is no report. */
  report(run: string): (() => void) | null;
  /** Whether help in workflow cells is on; null where that cannot be settled. */
  readonly editor: boolean | null;
  setEditor(on: boolean): void;
  /** Whether the notebook's cursor is in a cell of a workflow. */
  readonly inWorkflow: boolean;
}

interface Schema {
  readonly [name: string]: { readonly type: string; readonly description: string };
}

/** Add the commands; gives their ids. */
export function addCommands(registry: CommandRegistry, words: Words, deeds: Deeds): string[] {
  const run = { run: { type: 'string', description: words.__('The id of a run') } };
  const isVisible = (given: Given) => given.cell !== true || deeds.inWorkflow;
  const cell = {
    cell: { type: 'boolean', description: words.__('Offer it in cells of workflows only') }
  };
  const add = (id: string, label: string, caption: string, command: Command) => {
    const { takes = {}, ...rest } = command;
    const describedBy = { args: { type: 'object', properties: { ...takes, ...cell } } };
    registry.addCommand(id, { label, caption, isVisible, describedBy, ...rest });
  };
  add(
    COMMANDS.panel,
    words.__('Show Workflow Runs'),
    words.__('Show the runs of this project in the sidebar, or one of them in full'),
    { takes: run, execute: given => deeds.showPanel(text(given, 'run')) }
  );
  add(
    COMMANDS.stop,
    words.__('Stop the Workflow'),
    words.__('Stop the workflow that runs in this notebook; what is done stays'),
    when(() => deeds.stop)
  );
  add(
    COMMANDS.resume,
    words.__('Go On With the Workflow'),
    words.__('Run the cell of the last workflow again; what is done is reused'),
    when(() => deeds.resume)
  );
  add(
    COMMANDS.report,
    words.__('Show the Report of the Last Run'),
    words.__('Scroll to the report of the last run of a workflow in this notebook'),
    { takes: run, ...when(given => deeds.report(text(given, 'run'))) }
  );
  add(
    COMMANDS.editor,
    words.__('Help in Workflow Cells'),
    words.__('Turn colours, marks and help in cells that begin with %%workflow on or off'),
    toggle(words, deeds)
  );
  return Object.values(COMMANDS);
}

/** A command without its words; `takes` describes what it can be given, as JSON Schema does. */
type Command = Omit<CommandRegistry.ICommandOptions, 'label' | 'caption' | 'describedBy'> & {
  readonly takes?: Schema;
};
type Given = ReadonlyPartialJSONObject;

/** Make a command of a deed that is not always possible. */
function when(deed: (given: Given) => (() => void) | null): Command {
  return {
    isEnabled: given => deed(given) !== null,
    execute: given => deed(given)?.()
  };
}

function toggle(words: Words, deeds: Deeds): Command {
  const on = { on: { type: 'boolean', description: words.__('On or off; else the other one') } };
  return {
    takes: on,
    isEnabled: () => deeds.editor !== null,
    isToggleable: true,
    isToggled: () => deeds.editor === true,
    execute: given =>
      deeds.setEditor(typeof given.on === 'boolean' ? given.on : deeds.editor !== true)
  };
}

function text(given: Given, name: string): string {
  const found = given[name];
  return typeof found === 'string' ? found : '';
}
