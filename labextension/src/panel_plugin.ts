/** The plugin that shows a project's runs: panel, status bar item, commands, settings. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILayoutRestorer } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { IActionsOf } from './actions_plugin';
import { copy } from './clipboard';
import { addCommands, COMMANDS } from './commands';
import { deeds } from './in_front';
import { runsIcon } from './icon';
import { IChannels, type Channels } from './channel';
import { KernelRuns } from './kernel_runs';
import type { ActionsOf } from './mime';
import type { Reading } from './model';
import { RunsPanel } from './panel';
import { PanelModel } from './panel_model';
import { reportAsking, reportOf, show, type Asking, type Place } from './reports';
import { Settings } from './settings';
import { RunStatus } from './status';
import { DOMAIN, PLUGIN_ID, type Words } from './tokens';
import type { CellNote, EffectLine } from './wire';

/** Behind what JupyterLab has in its right sidebar itself. */
const RANK = 1100;
/** How JupyterLab marks cells that can be run. */
const CELL = 'jp-CodeCell';

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'wfrepair-magic:panel',
  description:
    'Shows the runs of a project in the sidebar, and the run under way in the status bar.',
  autoStart: true,
  requires: [INotebookTracker, IChannels, IActionsOf],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, IStatusBar, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker,
    channels: Channels,
    actionsOf: ActionsOf,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    statusBar: IStatusBar | null,
    registry: ISettingRegistry | null
  ) => {
    const words = (translator ?? nullTranslator).load(DOMAIN);
    const runs = new KernelRuns(notebooks, channels, words);
    const settings = new Settings(registry, PLUGIN_ID);
    const model = new PanelModel(runs);
    const panel = panelOf(words, model, actionsOf, placing(notebooks, runs));
    app.shell.add(panel, 'right', { rank: RANK, type: words.__('Workflow runs') });
    restorer?.add(panel, panel.id);
    const open = (run: string) => {
      app.shell.activateById(panel.id);
      if (run) {
        void model.choose(run);
      }
    };
    const pointedAt = () => app.contextMenuHitTest(node => node.classList.contains(CELL));
    const around = { words, settings, showPanel: open, pointedAt };
    const ids = addCommands(app.commands, words, deeds(notebooks, runs, around));
    const category = words.__('Workflow');
    ids.forEach(command => palette?.addItem({ command, category }));
    addStatus(statusBar, words, { notebooks, runs, settings, open });
    changing(notebooks, runs, settings, () =>
      Object.values(COMMANDS).forEach(id => app.commands.notifyCommandChanged(id))
    );
    openAtStart(runs, settings, () => open(''));
  }
};

interface Parts {
  readonly notebooks: INotebookTracker;
  readonly runs: KernelRuns;
  readonly settings: Settings;
  open(run: string): void;
}

/** What the open notebooks say of a run: the cell that it ran in, and where its report stands. */
interface Places {
  cellOf(run: string): CellNote | null;
  reportOf(run: string): Place | null;
  reportAsking(effect: EffectLine): Asking | null;
}

function placing(notebooks: INotebookTracker, runs: KernelRuns): Places {
  const find = (run: string) => reportOf(notebooks, run);
  return {
    reportOf: find,
    reportAsking: effect => reportAsking(notebooks, effect),
    cellOf: run => find(run)?.run.cell ?? runs.cellOf(run)
  };
}

function panelOf(words: Words, model: PanelModel, actionsOf: ActionsOf, places: Places): RunsPanel {
  const panel = new RunsPanel(model, itself => ({
    words,
    copy,
    get shown() {
      return model.shown;
    },
    get reading() {
      return placed(model.shown.reading, places);
    },
    get actions() {
      return places.cellOf(model.shown.chosen) ? actionsOf(itself.node) : null;
    },
    now: () => Date.now() / 1000,
    watch: listener => itself.watch(listener),
    refresh: () => void model.refresh(),
    more: () => void model.more(),
    choose: run => void model.choose(run),
    close: () => model.close(),
    answer: (effect, verdict) => {
      const asking = places.reportAsking(effect);
      const actions = asking && actionsOf(asking.panel.content.widgets[asking.cell].node);
      const resolve = actions && (() => actions.resolve(asking.run, asking.question, verdict));
      void model.answer(effect, verdict, resolve);
    },
    reveal: run => {
      const place = places.reportOf(run);
      return place && (() => show(place));
    }
  }));
  panel.title.icon = runsIcon;
  panel.title.caption = words.__('Workflow runs');
  return panel;
}

/** Say of a run which cell it ran in, which its history does not tell. */
function placed(reading: Reading, places: Places): Reading {
  if (reading.kind !== 'run') {
    return reading;
  }
  const cell = places.cellOf(reading.run.run);
  return cell ? { ...reading, run: { ...reading.run, cell } } : reading;
}

/** Show the run of the notebook in front in the status bar, where there is one and it is wanted. */
function addStatus(statusBar: IStatusBar | null, words: Words, parts: Parts): void {
  const { notebooks, runs, settings } = parts;
  const item = new RunStatus(words, () => parts.open(''));
  const follow = () => {
    const told = runs.toldBy(notebooks.currentWidget);
    item.tell(settings.statusBar ? told : null);
  };
  statusBar?.registerStatusItem('wfrepair-magic:status', {
    item,
    align: 'middle',
    isActive: () => item.isShown,
    activeStateChanged: item.changed
  });
  runs.watch(follow);
  settings.changed.connect(follow);
}

/** Call `tell` whenever commands may have become possible or impossible. */
function changing(
  notebooks: INotebookTracker,
  runs: KernelRuns,
  settings: Settings,
  tell: () => void
): void {
  runs.watch(tell);
  settings.changed.connect(tell);
  notebooks.activeCellChanged.connect(tell);
}

/** Open the panel when a run begins, where that is wanted. */
function openAtStart(runs: KernelRuns, settings: Settings, open: () => void): void {
  const met = new Set<string>();
  runs.watch(change => {
    if (change.kind === 'run' && !met.has(change.told.run)) {
      met.add(change.told.run);
      if (settings.openPanel && change.told.state === 'RUNNING') {
        open();
      }
    }
  });
}
