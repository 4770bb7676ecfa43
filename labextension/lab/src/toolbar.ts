// Two buttons in the toolbar of our cells: the program of the cell, and cancel while it runs.
import { type Cell, type ICodeCellModel, isCodeCellModel } from '@jupyterlab/cells';
import { codeIcon, stopIcon, ToolbarButton } from '@jupyterlab/ui-components';
import type { IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import type { CommandRegistry } from '@lumino/commands';

import { command } from './commands';
import type { Link } from './link';
import type { Links } from './links';
import { isOurs } from './magic';

export function addToolbar(
  registry: IToolbarWidgetRegistry,
  commands: CommandRegistry,
  links: Links
): void {
  registry.addFactory<Cell>('Cell', 'synapse-code', cell => {
    const button = new ToolbarButton({
      icon: codeIcon,
      tooltip: 'Show the PySpark program of this cell',
      onClick: () => void commands.execute(command.code)
    });
    return shownWhile(button, cell, links, (_, link) => link.answersNow);
  });
  registry.addFactory<Cell>('Cell', 'synapse-cancel', cell => {
    const button = new ToolbarButton({
      icon: stopIcon,
      tooltip: 'Cancel what this cell runs on Spark',
      onClick: () => void links.ofModel(cell.model)?.ask('cancel', { cell: true })
    });
    return shownWhile(
      button,
      cell,
      links,
      (model, link) => model.executionState === 'running' && link.answersWhileBusy
    );
  });
}

/** Keep a button out of sight except in our cells, while a condition holds. */
function shownWhile(
  button: ToolbarButton,
  cell: Cell,
  links: Links,
  holds: (model: ICodeCellModel, link: Link) => boolean
): ToolbarButton {
  const { model } = cell;
  const draw = (): void => {
    const link = isCodeCellModel(model) ? links.ofModel(model) : null;
    const ours = link?.state && isOurs(model.sharedModel.getSource(), link.state.magic);
    button.setHidden(!(ours && isCodeCellModel(model) && holds(model, link)));
  };
  model.contentChanged.connect(draw);
  model.stateChanged.connect(draw);
  links.anyChanged.connect(draw);
  button.disposed.connect(() => {
    model.contentChanged.disconnect(draw);
    model.stateChanged.disconnect(draw);
    links.anyChanged.disconnect(draw);
  });
  draw();
  return button;
}
