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
    if (link !== this.link) {
      this.forget();
    }
    if (link !== this.link || state.saved !== this.saved) {
      this.link = link;
      this.saved = state.saved;
      void this.look();
    }
  }

  /** Shows no models any more: those of another kernel say nothing about the next one. */
  forget(): void {
    this.link = null;
    this.turn += 1;
    this.said.textContent = '';
    this.section.show([], this.row);
  }

  private async look(): Promise<void> {
    const turn = ++this.turn;
    this.said.textContent = '';
    try {
      const found = await this.link?.ask('saved', { folder: this.folder.value.trim() });
      if (found && turn === this.turn) {
        this.folder.title = found.folder;
        this.section.show(found.models, this.row);
      }
    } catch (error) {
      if (turn === this.turn) {
        this.section.show([], this.row);
        this.said.textContent = (error as Error).message;
      }
    }
  }

  private row = (model: SavedModel): HTMLElement => {
    const name = variable(model.path);
    const load = `%${this.magic} load ${quoted(model.path)} -o ${name}`;
    const words = [model.kind, model.metric, when(model.saved)].filter(Boolean).join(' · ');
    const score = (): string => `${load}\nscored = %${this.magic} score ${this.frame} ${name}`;
    const offers: [string, string][] = [
      ['Load', load],
      ['Score', score()]
    ];
    return row(model.path, words, offers, text => this.insert(text === load ? load : score()));
  };

  private folder = h('input', {
    type: 'text',
    placeholder: 'folder of this notebook',
    'aria-label': 'Folder of saved models'
  });
  private button = h('button', { type: 'submit' }, 'Look');
  private said = h('p', { class: 'jp-Synapse-none', role: 'alert' });
  private link: Link | null = null;
  private saved = 0;
  private turn = 0; // changes with each question: what is answered to an earlier one is dropped
  private magic = 'synapse';
  private frame = 'people';
}

const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except ' +
    'finally for from global if import in is lambda nonlocal not or pass raise return try while ' +
    'with yield'
  ).split(' ')
);

/** A name for the variable of a model, from the last part of its path. */
export function variable(path: string): string {
  const last = path.replace(/\/+$/, '').split('/').pop() ?? '';
  const plain = last.replace(/\.\w+$/, '').replace(/\W+/g, '_').replace(/^(?=\d)|^_+$/, 'm_');
  return KEYWORDS.has(plain) ? `m_${plain}` : plain || 'model';
}

/** A path as one word of a line, in which a backslash is itself and only quotes hold together. */
export function quoted(path: string): string {
  if (!/[\s"'#{}]|^-/.test(path)) {
    return path;
  }
  const quote = path.includes('"') && !path.includes("'") ? "'" : '"';
  return quote + path.split(quote).join(`${quote}'"'${quote}`) + quote;
}

function when(seconds: number): string {
  const made = new Date(1000 * seconds);
  return made.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}
