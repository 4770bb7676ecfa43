// Marks under what the language finds wrong, in our cells and no others.
import { type Diagnostic, forEachDiagnostic, setDiagnostics } from '@codemirror/lint';
import type { Extension, Text } from '@codemirror/state';
import { EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import type { CodeEditor } from '@jupyterlab/codeeditor';

import { h } from './dom';
import type { Link } from './link';
import type { Links } from './links';
import { isOurs } from './magic';
import type { Mark } from './protocol';

const PAUSE = 350; // milliseconds without a key before the kernel is asked

export function squiggles(model: CodeEditor.IModel, links: Links): Extension {
  return ViewPlugin.define(view => new Squiggles(view, model, links));
}

class Squiggles {
  constructor(
    private view: EditorView,
    private model: CodeEditor.IModel,
    private links: Links
  ) {
    links.anyChanged.connect(this.onState, this);
    this.soon();
  }

  update(update: ViewUpdate): void {
    if (update.docChanged) {
      this.soon();
    }
  }

  destroy(): void {
    window.clearTimeout(this.timer);
    this.links.anyChanged.disconnect(this.onState, this);
  }

  /** Check again after a cell has run, and when there are other frames or models. */
  private onState(_: Links, link: Link): void {
    const state = link.state;
    const known = state && JSON.stringify([state.sessions.length, state.frames, state.models]);
    const due = known !== this.known || (this.waits && !link.isBusy);
    if (due && this.links.ofModel(this.model) === link) {
      this.known = known;
      this.soon();
    }
  }

  private soon(): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.check(), PAUSE);
  }

  private async check(): Promise<void> {
    const { doc } = this.view.state;
    const text = doc.toString();
    if (!isOurs(text, undefined)) {
      this.mark([]);
      return;
    }
    const link = this.links.ofModel(this.model);
    if (!link?.state || !isOurs(text, link.state.magic)) {
      this.mark([]);
    } else if (link.isBusy) {
      this.waits = true;
    } else {
      this.waits = false;
      const marks = await link.ask('check', { text }).catch(() => []); // the kernel went meanwhile
      if (this.view.state.doc === doc) {
        this.mark(marks.map(mark => diagnostic(mark, doc)));
      }
    }
  }

  private mark(marks: Diagnostic[]): void {
    let shown = 0;
    forEachDiagnostic(this.view.state, () => (shown += 1));
    if (marks.length || (shown && this.marked)) {
      this.marked = marks.length > 0;
      this.view.dispatch(setDiagnostics(this.view.state, marks));
    }
  }

  private timer = 0;
  private known: string | null = null;
  private marked = false;
  private waits = false;
}

function diagnostic(mark: Mark, doc: Text): Diagnostic {
  const line = doc.line(Math.min(mark.line, doc.lines));
  // The kernel counts characters, the editor UTF-16 units.
  const characters = Array.from(line.text);
  const at = (count: number): number =>
    line.from + characters.slice(0, count).join('').length;
  const { severity, message } = mark;
  return {
    from: at(mark.column),
    to: at(mark.column + mark.length),
    severity,
    message,
    renderMessage: () => h('div', { class: 'jp-Synapse-message' }, message)
  };
}
