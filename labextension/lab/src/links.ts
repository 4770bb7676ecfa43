// The links of all open notebooks, and which of them is looked at.
import { type INotebookTracker, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { CodeEditor } from '@jupyterlab/codeeditor';
import { Signal } from '@lumino/signaling';

import { Link } from './link';

// Cells that load our magics or run them; a cell that only speaks of a synapse is none of ours.
const MENTION = /synapse_magic|^\s*%%?syn(apse)?\b/m;

export class Links {
  /** Emitted when the state of the current notebook is another, or another is current. */
  readonly changed = new Signal<this, void>(this);
  /** Emitted when the state of any notebook is another. */
  readonly anyChanged = new Signal<this, Link>(this);

  constructor(private tracker: INotebookTracker) {
    tracker.widgetAdded.connect((_, panel) => this.add(panel));
    tracker.forEach(panel => this.add(panel));
    tracker.currentChanged.connect(() => this.changed.emit());
    NotebookActions.executed.connect((_, { notebook, cell }) => {
      const panel = tracker.find(one => one.content === notebook);
      if (panel && MENTION.test(cell.model.sharedModel.getSource())) {
        void this.of(panel)?.connect();
      }
    });
  }

  get panel(): NotebookPanel | null {
    return this.tracker.currentWidget;
  }

  get current(): Link | null {
    return this.panel ? this.of(this.panel) : null;
  }

  of(panel: NotebookPanel): Link | null {
    return this.links.get(panel) ?? null;
  }

  /** The link of the notebook that an editor's text belongs to. */
  ofModel(model: CodeEditor.IModel): Link | null {
    for (const [panel, link] of this.links) {
      if (panel.content.widgets.some(cell => cell.model === model)) {
        return link;
      }
    }
    return null;
  }

  /** The notebook on whose page an element is. */
  holding(element: Element): NotebookPanel | null {
    return this.tracker.find(panel => panel.content.node.contains(element)) ?? null;
  }

  private add(panel: NotebookPanel): void {
    const link = new Link(panel.sessionContext);
    this.links.set(panel, link);
    link.changed.connect(() => {
      this.anyChanged.emit(link);
      if (panel === this.panel) {
        this.changed.emit();
      }
    });
    // A kernel that runs already, after the page was loaded again, may have our magics.
    const look = (): void => {
      if (mentions(panel)) {
        void link.connect();
      }
    };
    void Promise.all([panel.context.ready, panel.sessionContext.ready]).then(look);
    panel.sessionContext.kernelChanged.connect(look);
    panel.disposed.connect(() => {
      link.dispose();
      this.links.delete(panel);
    });
  }

  private links = new Map<NotebookPanel, Link>();
}

function mentions(panel: NotebookPanel): boolean {
  const cells = panel.model?.sharedModel.cells ?? [];
  return cells.some(cell => cell.cell_type === 'code' && MENTION.test(cell.getSource()));
}
