// What our commands do.
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { KernelSpec } from '@jupyterlab/services';

import { command } from './commands';
import { synapseIcon } from './icons';
import { LANGUAGE } from './link';
import type { Links } from './links';
import { isOurs } from './magic';
import { showProgram } from './program';

const START = '%load_ext synapse_magic\n%synapse start';
const FIRST_CELLS = [
  START,
  'import synapse_magic\n\n' +
    'spark = synapse_magic.current_session().spark\n' +
    'people = synapse_magic.datasets.people(spark, rows=10_000)  # or any DataFrame of yours',
  '%%synapse train people -o model\nsplit    = [0.8, 0.2]\nlabel    = income\n' +
    'features = Featurize(age, workclass, education, hours)\n' +
    'LightGBMClassifier(numIterations=50)'
];

export function addCommands(app: JupyterFrontEnd, links: Links, panelId: string): void {
  const { commands } = app;
  const inPythonNotebook = (): boolean =>
    links.current !== null && (links.current.language ?? LANGUAGE) === LANGUAGE;
  commands.addCommand(command.panel, {
    label: 'Show Spark Sessions, Jobs and Models',
    icon: synapseIcon,
    execute: () => app.shell.activateById(panelId)
  });
  commands.addCommand(command.start, {
    label: 'Start Spark in This Notebook',
    isEnabled: inPythonNotebook,
    execute: () => run(links.panel, START)
  });
  commands.addCommand(command.build, {
    label: 'Build a Model by Clicks',
    caption: 'A cell that opens the model builder of a frame',
    isEnabled: inPythonNotebook,
    execute: () => insert(links.panel, builderOf(links))
  });
  commands.addCommand(command.insert, {
    label: 'Insert a Cell Below',
    isVisible: () => false,
    execute: args => insert(links.panel, String(args.text ?? ''))
  });
  commands.addCommand(command.code, {
    label: 'Show the Program of This Cell',
    isEnabled: () => currentText(links) !== null,
    execute: () => showCurrent(links)
  });
  commands.addCommand(command.cancel, {
    label: 'Cancel What Runs on Spark',
    isEnabled: () => !!links.current?.state?.runs.length && links.current.answersWhileBusy,
    execute: () => links.current?.ask('cancel', {})
  });
}

/** The command of the launcher: a notebook that begins with Spark. */
export function addCreate(app: JupyterFrontEnd): void {
  app.commands.addCommand(command.create, {
    label: args => (args.isPalette ? 'New Notebook with Spark' : 'Spark with %%synapse'),
    caption: 'A notebook that starts Spark and trains a first model',
    icon: args => (args.isPalette ? undefined : synapseIcon),
    execute: async args => {
      const kernelName = nameOfKernel(app.serviceManager.kernelspecs.specs);
      const made: NotebookPanel = await app.commands.execute('notebook:create-new', {
        cwd: args.cwd,
        kernelName
      });
      await made.context.ready;
      FIRST_CELLS.forEach((text, index) => (index ? insert(made, text) : fill(made, text)));
      made.content.activeCellIndex = 0;
      return made;
    }
  });
}

/** The default kernel where it is one for Python, else the first that is. */
function nameOfKernel(specs: KernelSpec.ISpecModels | null): string | undefined {
  const all = specs?.kernelspecs ?? {};
  const names = [specs?.default ?? '', ...Object.keys(all)];
  return names.find(name => all[name]?.language === LANGUAGE);
}

/** A cell with the builder of the frame that was made last. */
function builderOf(links: Links): string {
  const state = links.current?.state;
  const last = state?.frames[state.frames.length - 1];
  return `%${state?.magic ?? 'synapse'} build ${last?.name ?? 'people'}`;
}

function currentText(links: Links): string | null {
  const text = links.panel?.content.activeCell?.model.sharedModel.getSource();
  const link = links.current;
  return text !== undefined && link?.state && isOurs(text, link.state.magic) ? text : null;
}

async function showCurrent(links: Links): Promise<void> {
  const [text, link] = [currentText(links), links.current];
  if (text !== null && link) {
    await showProgram(link, text, source => insert(links.panel, source));
  }
}

function insert(panel: NotebookPanel | null, text: string): void {
  if (panel) {
    NotebookActions.insertBelow(panel.content);
    fill(panel, text);
  }
}

function fill(panel: NotebookPanel, text: string): void {
  panel.content.activeCell?.model.sharedModel.setSource(text);
}

async function run(panel: NotebookPanel | null, text: string): Promise<void> {
  if (panel) {
    insert(panel, text);
    await NotebookActions.run(panel.content, panel.sessionContext);
  }
}
