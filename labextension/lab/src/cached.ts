// What Spark keeps in memory and on disk, and a button that gives it back, also while a cell runs.
import { h } from './dom';
import type { Cached } from './protocol';
import { bytes, plural } from './words';

const IN_USE = 'Held by no variable; what runs now may use it.';

/** A frame that no variable holds may be one that a run has made for itself. */
export function cachedRow(
  own: Cached,
  used: boolean,
  uncache: (own: Cached) => void
): HTMLElement {
  const words = describe(own);
  const button = h(
    'button',
    { type: 'button', 'aria-label': `Uncache ${own.name}`, onclick: () => uncache(own) },
    'Uncache'
  );
  return h(
    'div',
    { class: 'jp-Synapse-row' },
    h('div', { class: 'jp-Synapse-line' }, h('code', {}, own.name), h('span', {}, words)),
    own.kind === 'plan'
      ? h('div', { class: 'jp-Synapse-dim' }, used ? IN_USE : 'No variable holds it any more.')
      : h('div', { class: 'jp-Synapse-offers', role: 'group', 'aria-label': own.name }, button),
    own.level ? h('div', { class: 'jp-Synapse-dim' }, own.level) : null
  );
}

function describe(own: Cached): string {
  const rows = own.rows === null ? [] : [plural(own.rows, 'row')];
  if (!own.of) {
    return [...rows, 'kept once it is computed'].join(' · ');
  }
  const part = own.parts < own.of ? [`${own.parts} of ${plural(own.of, 'part')}`] : [];
  const disk = own.disk ? [`${bytes(own.disk)} on disk`] : [];
  return [...rows, `${bytes(own.memory)} in memory`, ...disk, ...part].join(' · ');
}
