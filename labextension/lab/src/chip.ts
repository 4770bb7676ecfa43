// The chip in the status bar: where Spark runs, how many jobs, how much memory.
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import { h } from './dom';
import { synapseIcon } from './icons';
import type { Links } from './links';
import type { State } from './protocol';
import { bytes, plural } from './words';

export class Chip extends Widget {
  readonly activeStateChanged = new Signal<this, void>(this);

  constructor(
    private links: Links,
    open: () => void
  ) {
    super({ node: h('div', { class: 'jp-Synapse-chip' }) });
    this.button = h('button', { type: 'button', onclick: open });
    this.node.append(this.button);
    links.changed.connect(this.draw, this);
    this.draw();
  }

  get isActive(): boolean {
    return !!this.links.current?.state;
  }

  dispose(): void {
    Signal.clearData(this);
    super.dispose();
  }

  private draw(): void {
    const state = this.links.current?.state;
    this.setHidden(!state);
    if (state) {
      const words = chipWords(state);
      const icon = synapseIcon.element({ tag: 'span', height: '14px', width: '14px' });
      this.button.replaceChildren(icon, h('span', {}, words.join(' · ')));
      this.button.classList.toggle('jp-mod-running', state.runs.length > 0);
      this.button.title = `Spark: ${words.join(', ')}. Click for sessions, jobs and models`;
    }
    this.activeStateChanged.emit();
  }

  private button: HTMLButtonElement;
}

function chipWords(state: State): string[] {
  const session = state.sessions[state.sessions.length - 1];
  if (!session) {
    return ['No Spark session'];
  }
  if (!session.alive) {
    return [session.master, 'stopped'];
  }
  const words = [session.master];
  const jobs = session.jobs ?? state.runs.length;
  if (jobs || state.runs.length) {
    words.push(jobs ? plural(jobs, 'job') : 'running');
  }
  if (session.heap) {
    words.push(bytes(session.heap[0]));
  }
  return words;
}
