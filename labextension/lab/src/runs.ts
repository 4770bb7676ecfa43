// Runs in progress: each keeps its row, so that its button can be clicked while numbers change.
import { h } from './dom';
import type { Run, Stage } from './protocol';
import { bar } from './sessions';
import { elapsed, plural } from './words';

export class RunRows {
  readonly node = h('div');

  constructor(private cancel: (run: string) => void) {}

  show(runs: Run[], cancellable: boolean): void {
    const ids = new Set(runs.map(run => run.id));
    for (const [id, row] of this.rows) {
      if (!ids.has(id)) {
        row.node.remove();
        this.rows.delete(id);
      }
    }
    for (const run of runs) {
      let row = this.rows.get(run.id);
      if (!row) {
        row = new RunRow(() => this.cancel(run.id));
        this.rows.set(run.id, row);
        this.node.append(row.node);
      }
      row.show(run, cancellable);
    }
    this.none.hidden = runs.length > 0;
    this.node.prepend(this.none);
  }

  private none = h('p', { class: 'jp-Synapse-none' }, 'Nothing runs on Spark.');
  private rows = new Map<string, RunRow>();
}

class RunRow {
  readonly node: HTMLElement;

  constructor(cancel: () => void) {
    this.button = h(
      'button',
      { type: 'button', class: 'jp-Synapse-cancel', onclick: cancel },
      'Cancel'
    );
    const line = h('div', { class: 'jp-Synapse-line' }, this.name, this.button);
    this.node = h('div', { class: 'jp-Synapse-card jp-Synapse-run' }, line, this.progress);
  }

  show(run: Run, cancellable: boolean): void {
    this.name.textContent = run.description;
    this.button.hidden = !cancellable;
    this.button.disabled = run.stopping;
    this.button.textContent = run.stopping ? 'Cancelling…' : 'Cancel';
    this.button.setAttribute('aria-label', `Cancel ${run.description}`);
    const tasks = run.total ? `${run.done} of ${plural(run.total, 'task')}` : 'planning';
    const words = [elapsed(run.seconds), plural(run.jobs, 'job'), tasks].join(' · ');
    this.progress.replaceChildren(
      bar(run.done, run.total, words),
      h('div', { class: 'jp-Synapse-dim' }, words),
      ...run.stages.map(stageLine)
    );
  }

  private name = h('code');
  private progress = h('div');
  private button: HTMLButtonElement;
}

function stageLine(stage: Stage): HTMLElement {
  const share = stage.total ? (100 * stage.done) / stage.total : 0;
  return h(
    'div',
    { class: 'jp-Synapse-stage', style: `--done:${share}%` },
    h('span', {}, `Stage ${stage.id} ${stage.name}`.trim()),
    h('span', {}, `${stage.done}/${stage.total}`)
  );
}
