// Models on disk: those this notebook saved, and those in a folder that is named.
import { h } from './dom';
import type { Link } from './link';
import type { SavedModel } from './protocol';
import { type Insert, row } from './rows';
import { Section } from './section';

const NONE = 'None here: %synapse save model models/name keeps one.';

export class SavedModels {
  readonly section = new Section('Saved models', NONE);

  constructor(private insert: Insert) {
    const form = h('form', { class: 'jp-Synapse-folder' }, this.folder, this.button);
    form.addEventListener('submit', event => {
      event.preventDefault();
      void this.look();
    });
    this.section.node.insertBefore(form, this.section.body);
    this.section.node.append(this.said);
  }

  /** Looks again where another kernel is asked, or it has saved one more. */
  show(link: Link): void {
    const state = link.state;
    if (!state) {
      return;
    }
    this.magic = state.magic;
    this.frame = state.frames.length ? state.frames[state.frames.length - 1].name : 'people';
    if (link !== this.link || state.saves !== this.saves) {
      this.link = link;
      this.saves = state.saves;
      void this.look();
    }
  }

  private async look(): Promise<void> {
    const link = this.link;
    this.said.textContent = '';
    try {
      const found = await link?.ask('saved', { folder: this.folder.value.trim() });
      if (found && link === this.link) {
        this.folder.title = found.folder;
        this.section.show(found.models, model => this.row(model));
      }
    } catch (error) {
      this.said.textContent = (error as Error).message;
    }
  }

  private row(model: SavedModel): HTMLElement {
    const name = variable(model.path);
    const load = `%${this.magic} load ${quoted(model.path)} -o ${name}`;
    const words = [model.kind, model.metric, when(model.saved)].filter(Boolean).join(' · ');
    const score = (): string => `${load}\nscored = %${this.magic} score ${this.frame} ${name}`;
    const offers: [string, string][] = [
      ['Load', load],
      ['Score', score()]
    ];
    return row(model.path, words, offers, text => this.insert(text === load ? load : score()));
  }

  private folder = h('input', {
    type: 'text',
    placeholder: 'folder of this notebook',
    'aria-label': 'Folder of saved models'
  });
  private button = h('button', { type: 'submit' }, 'Look');
  private said = h('p', { class: 'jp-Synapse-none', role: 'alert' });
  private link: Link | null = null;
  private saves = -1;
  private magic = 'synapse';
  private frame = 'people';
}

/** A name for the variable of a model, from the last part of its path. */
function variable(path: string): string {
  const last = path.replace(/\/+$/, '').split('/').pop() ?? '';
  const plain = last.replace(/\.\w+$/, '').replace(/\W+/g, '_').replace(/^(?=\d)|^_+$/, 'm_');
  return plain || 'model';
}

function quoted(path: string): string {
  return /[\s"'#{}]/.test(path) ? `"${path.replace(/"/g, '\\"')}"` : path;
}

function when(seconds: number): string {
  const made = new Date(1000 * seconds);
  return made.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
