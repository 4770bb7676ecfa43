// The side panel: what the kernel of the current notebook does on Spark.
import type { CommandRegistry } from '@lumino/commands';
import { Widget } from '@lumino/widgets';

import { cachedRow } from './cached';
import { command } from './commands';
import { h } from './dom';
import { synapseIcon } from './icons';
import { LANGUAGE, type Link } from './link';
import type { Links } from './links';
import { frameRow } from './frames';
import { modelRow } from './models';
import type { Cached } from './protocol';
import { RunRows } from './runs';
import { SavedModels } from './saved';
import { Section } from './section';
import { sessionCard } from './sessions';

export class Panel extends Widget {
  constructor(
    private links: Links,
    private commands: CommandRegistry
  ) {
    super({ node: h('div', { role: 'region', 'aria-label': 'Synapse' }) });
    this.id = 'synapse-magic-panel';
    this.addClass('jp-Synapse-panel');
    this.title.icon = synapseIcon;
    this.title.caption = 'Synapse: Spark sessions, jobs and models';
    this.runs = new RunRows(run => void links.current?.ask('cancel', { run }));
    this.node.append(
      this.empty,
      this.sessions.node,
      this.running.node,
      this.models.node,
      this.saved.section.node,
      this.frames.node,
      this.cached.node
    );
    this.running.body.append(this.runs.node);
    this.cached.node.append(this.untold, this.failed);
    links.changed.connect(this.draw, this);
    this.draw();
  }

  private draw(): void {
    const link = this.links.current;
    const state = link?.state;
    const saved = this.saved;
    for (const section of [this.sessions, this.running, this.models, saved.section, this.frames, this.cached]) {
      section.node.hidden = !state;
    }
    this.empty.hidden = !!state;
    if (!state) {
      saved.forget();
      this.drawEmpty(link);
      return;
    }
    this.sessions.show(state.sessions, sessionCard);
    this.running.count(state.runs.length);
    this.runs.show(state.runs, link.answersWhileBusy);
    this.models.show(state.models, model => modelRow(model, state.magic, this.insert));
    saved.show(link);
    this.frames.show(state.frames, frame => frameRow(frame, state.magic, this.insert));
    const { tables, told } = state.cached;
    this.cached.show(tables, own => cachedRow(own, this.uncache));
    this.untold.textContent = told;
    this.untold.hidden = !told;
  }

  private uncache = ({ name, kind }: Cached): void => {
    this.failed.textContent = '';
    void this.links.current
      ?.ask('uncache', { name, kind })
      .catch((error: Error) => (this.failed.textContent = error.message));
  };

  private drawEmpty(link: Link | null): void {
    const start = h(
      'button',
      { type: 'button', class: 'jp-Synapse-primary', onclick: this.start },
      'Start Spark here'
    );
    const other = link?.language && link.language !== LANGUAGE ? link.language : '';
    const words = !link
      ? 'Open a notebook to see what its kernel does on Spark.'
      : link.isDead
        ? 'The kernel has died, and Spark with it. Restart the kernel to go on.'
        : other
          ? `The kernel of this notebook speaks ${other}. Spark is started in one for Python.`
          : 'This notebook has no Spark session yet.';
    const offers = link && !link.isDead && !other;
    this.empty.replaceChildren(h('p', {}, words), ...(offers ? [start] : []));
  }

  private start = (): void => void this.commands.execute(command.start);

  private insert = (text: string): void =>
    void this.commands.execute(command.insert, { text });

  private empty = h('div', { class: 'jp-Synapse-empty' });
  private sessions = new Section('Spark', 'No session. %synapse start begins one.');
  private running = new Section('Running', '');
  private models = new Section('Models', 'None yet: %%synapse train makes one.');
  private frames = new Section('Frames', 'None yet: %synapse load makes one.');
  private cached = new Section('Cached', 'Nothing: FRAME.cache() keeps one.');
  private untold = h('p', { class: 'jp-Synapse-none' });
  private failed = h('p', { class: 'jp-Synapse-none', role: 'alert' });
  private saved = new SavedModels(text => this.insert(text));
  private runs: RunRows;
}
