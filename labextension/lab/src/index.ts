// The plugin: what it asks JupyterLab or Notebook for, and what it adds.
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ILabShell } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { CellModel } from '@jupyterlab/cells';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { ICompletionProviderManager } from '@jupyterlab/completer';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStatusBar } from '@jupyterlab/statusbar';

import { addCommands, addCreate } from './actions';
import { keepCells } from './beside';
import { Chip } from './chip';
import { command } from './commands';
import { SynapseCompleter } from './completer';
import { Links } from './links';
import { Panel } from './panel';
import { squiggles } from './squiggles';
import { addToolbar } from './toolbar';

const ID = 'synapse-magic:plugin';
const CATEGORY = 'Synapse';

const plugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Sessions, running jobs and help inside %%synapse cells',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [
    ICommandPalette,
    ICompletionProviderManager,
    IEditorExtensionRegistry,
    ILabShell,
    ILauncher,
    ISettingRegistry,
    IStatusBar,
    IToolbarWidgetRegistry
  ],
  activate
};

function activate(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  palette: ICommandPalette | null,
  completion: ICompletionProviderManager | null,
  editors: IEditorExtensionRegistry | null,
  lab: ILabShell | null,
  launcher: ILauncher | null,
  settings: ISettingRegistry | null,
  statusBar: IStatusBar | null,
  toolbars: IToolbarWidgetRegistry | null
): void {
  const links = new Links(tracker);
  const panel = new Panel(links, app.commands);
  addCommands(app, links, panel.id);
  keepCells(links);
  app.shell.add(panel, lab ? 'left' : 'right', { rank: 550 });
  addChip(app, new Chip(links, () => void app.commands.execute(command.panel)), statusBar);
  editors?.addExtension({
    name: 'synapse-magic:squiggles',
    factory: ({ model }) =>
      (model as CellModel).type === 'code'
        ? EditorExtensionRegistry.createImmutableExtension(squiggles(model, links))
        : null
  });
  completion?.registerProvider(new SynapseCompleter(links));
  if (toolbars && settings) {
    addToolbar(toolbars, app.commands, links);
    void settings.load(ID);
  }
  if (launcher) {
    addCreate(app);
    launcher.add({ command: command.create, category: 'Notebook', rank: 50 });
    palette?.addItem({ command: command.create, category: CATEGORY, args: { isPalette: true } });
  }
  const offered = [command.panel, command.start, command.build, command.code, command.cancel];
  for (const each of offered) {
    palette?.addItem({ command: each, category: CATEGORY });
  }
}

/** Put the chip into the status bar; Notebook has none, and shows it beside the kernel's name. */
function addChip(app: JupyterFrontEnd, chip: Chip, statusBar: IStatusBar | null): void {
  if (statusBar) {
    statusBar.registerStatusItem('synapse-magic:chip', {
      item: chip,
      align: 'left',
      rank: 3,
      isActive: () => chip.isActive,
      activeStateChanged: chip.activeStateChanged
    });
  } else {
    chip.id = 'synapse-magic-chip';
    app.shell.add(chip, 'menu', { rank: 150 });
  }
}

export default plugin;
