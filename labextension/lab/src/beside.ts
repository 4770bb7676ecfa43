// The cell beside a model builder: the builder asks for it by an event of the page, and its text is
// all that the builder knows. The cell is known by a mark in its metadata, and is ours only while
// its first line is.
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';

import type { Links } from './links';
import { isOurs } from './magic';

type SharedCell = INotebookModel['sharedModel']['cells'][number];

// What a builder sends along; read in labextension/src/builder/beside.ts.
interface Asked {
  el: Element;
  take: (found: Beside) => void;
}

const ASKED = 'synapse-magic:beside';
const MARK = 'synapse_magic';
const BUILT = /^%%(synapse|syn)\s+(train|tune)\b/;

export function keepCells(links: Links): void {
  document.addEventListener(ASKED, event => {
    const { el, take } = (event as CustomEvent<Asked>).detail;
    const panel = links.holding(el);
    const cell = panel?.content.widgets.find(one => one.node.contains(el));
    if (panel?.model && cell) {
      take(new Beside(panel, panel.model, links, cell.model.sharedModel.getId()));
    }
  });
}

class Beside {
  constructor(
    private panel: NotebookPanel,
    private model: INotebookModel,
    private links: Links,
    private home: string
  ) {}

  /** The text of the cell; null while there is none. */
  get text(): string | null {
    return this.cell?.getSource() ?? null;
  }

  get undoable(): boolean {
    return this.cell?.canUndo() ?? false;
  }

  /** Whether the cell below trains or tunes already, and belongs to no other builder. */
  get adoptable(): boolean {
    return this.below !== undefined;
  }

  /** Change the text where it is still the one before; say whether it was. */
  write(before: string, after: string): boolean {
    const cell = this.cell;
    if (cell?.getSource() !== before || !isOurs(after, this.magic)) {
      return false;
    }
    const { start, end, words } = difference(before, after);
    cell.updateSource(start, end, words);
    return true;
  }

  /** Put the text into a new cell below the builder's. */
  insert(text: string): void {
    this.model.sharedModel.insertCell(this.place + 1, {
      cell_type: 'code',
      source: text,
      metadata: { trusted: true, [MARK]: { builder: this.home } } // made by the user's click
    });
  }

  /** Take the cell below, with the text that it has. */
  adopt(): void {
    this.below?.setMetadata(MARK, { builder: this.home });
  }

  undo(): void {
    this.cell?.undo();
  }

  /** Go to the cell, to type there. */
  show(): void {
    const index = this.cells.findIndex(one => one === this.cell);
    const notebook = this.panel.content;
    notebook.activeCellIndex = index;
    notebook.mode = 'edit';
    void notebook.scrollToItem(index, 'smart');
  }

  /** Call when the text may be another, or the cell came or went; return what ends it. */
  watch(changed: () => void): () => void {
    this.model.contentChanged.connect(changed);
    return () => this.model.contentChanged.disconnect(changed);
  }

  private get cells(): readonly SharedCell[] {
    return this.model.sharedModel.cells;
  }

  private get place(): number {
    return this.cells.findIndex(one => one.getId() === this.home);
  }

  private get magic(): string | undefined {
    return this.links.of(this.panel)?.state?.magic;
  }

  private get cell(): SharedCell | undefined {
    const ours = this.cells.filter(one => this.isCell(one) && builderOf(one) === this.home);
    // A copy of the cell has its mark, too: the one below the builder counts.
    return ours.find(one => this.cells.indexOf(one) > this.place) ?? ours[0];
  }

  private get below(): SharedCell | undefined {
    const next = this.cells[this.place + 1];
    const taken = this.cells.some(one => one.getId() === builderOf(next));
    return next && this.isCell(next) && BUILT.test(next.getSource()) && !taken ? next : undefined;
  }

  private isCell(cell: SharedCell): boolean {
    return cell.cell_type === 'code' && isOurs(cell.getSource(), this.magic);
  }
}

function builderOf(cell: SharedCell | undefined): unknown {
  return (cell?.getMetadata(MARK) as { builder?: unknown } | undefined)?.builder;
}

/** What is different in the middle of two texts; no character of two units is cut. */
function difference(before: string, after: string): { start: number; end: number; words: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) {
    start += 1;
  }
  if (/[\uD800-\uDBFF]/.test(before.charAt(start - 1))) {
    start -= 1;
  }
  let kept = 0;
  while (kept < most - start && before[before.length - 1 - kept] === after[after.length - 1 - kept]) {
    kept += 1;
  }
  if (/[\uDC00-\uDFFF]/.test(before.charAt(before.length - kept))) {
    kept -= 1;
  }
  return { start, end: before.length - kept, words: after.slice(start, after.length - kept) };
}
