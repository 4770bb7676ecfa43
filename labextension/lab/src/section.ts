// One part of the panel: a heading with a count, and rows or a word on why there are none.
import { h } from './dom';

export class Section {
  readonly body = h('div', { class: 'jp-Synapse-body' });
  readonly node: HTMLElement;

  constructor(
    title: string,
    private nothing: string
  ) {
    const id = `jp-Synapse-${title.toLowerCase()}`;
    const head = h('h3', { id }, title, this.number);
    this.node = h('section', { 'aria-labelledby': id }, head, this.body);
  }

  count(count: number): void {
    this.number.textContent = count ? String(count) : '';
  }

  /** Draw the rows, unless they are the same as before: a focused button stays focused. */
  show<Item>(items: Item[], row: (item: Item) => HTMLElement): void {
    const drawn = JSON.stringify(items);
    if (drawn === this.drawn) {
      return;
    }
    this.drawn = drawn;
    this.count(items.length);
    const none = h('p', { class: 'jp-Synapse-none' }, this.nothing);
    this.body.replaceChildren(...(items.length ? items.map(row) : [none]));
  }

  private drawn = '';
  private number = h('span', { class: 'jp-Synapse-count' });
}
