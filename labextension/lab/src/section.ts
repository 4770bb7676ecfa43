// One part of the panel: a heading with a count, and rows or a word on why there are none.
import { h } from './dom';

export class Section {
  readonly body = h('div', { class: 'jp-Synapse-body' });
  readonly node: HTMLElement;

  constructor(
    title: string,
    private nothing: string
  ) {
    const id = `jp-Synapse-${title.toLowerCase().replace(/ /g, '-')}`;
    const head = h('h3', { id }, title, this.number);
    this.node = h('section', { 'aria-labelledby': id }, head, this.body);
  }

  count(count: number): void {
    this.number.textContent = count ? String(count) : '';
  }

  /** Draw the rows that are others than before: a button keeps its focus while those around change. */
  show<Item>(items: Item[], row: (item: Item) => HTMLElement): void {
    this.count(items.length);
    const before = this.rows;
    this.rows = new Map();
    for (const item of items) {
      const key = JSON.stringify(item);
      this.rows.set(key, before.get(key) ?? row(item));
    }
    const none = h('p', { class: 'jp-Synapse-none' }, this.nothing);
    this.place(this.rows.size ? [...this.rows.values()] : [none]);
  }

  /** Put elements in order without moving the one that has the focus: moved, it would lose it. */
  private place(elements: HTMLElement[]): void {
    const kept = new Set<Element>(elements);
    for (const child of [...this.body.children]) {
      if (!kept.has(child)) {
        child.remove();
      }
    }
    const focused = elements.findIndex(one => one.contains(document.activeElement));
    elements.slice(0, Math.max(focused, 0)).forEach(one => this.body.insertBefore(one, elements[focused]));
    this.body.append(...elements.slice(focused + 1));
  }

  private rows = new Map<string, HTMLElement>();
  private number = h('span', { class: 'jp-Synapse-count' });
}
