// A named thing of the notebook, with the cells that may follow from it.
import { h } from './dom';

/** Put a cell with this text below the current one. */
export type Insert = (text: string) => void;

export function row(
  name: string,
  words: string,
  offers: [string, string][],
  insert: Insert
): HTMLElement {
  const buttons = offers.map(([label, text]) =>
    h(
      'button',
      { type: 'button', title: `Insert a cell: ${text}`, onclick: () => insert(text) },
      label
    )
  );
  return h(
    'div',
    { class: 'jp-Synapse-row' },
    h('div', { class: 'jp-Synapse-line' }, h('code', {}, name), h('span', {}, words)),
    buttons.length
      ? h('div', { class: 'jp-Synapse-offers', role: 'group', 'aria-label': name }, ...buttons)
      : null
  );
}
