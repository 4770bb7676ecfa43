// A Spark session as a card.
import { h } from './dom';
import type { SparkSession } from './protocol';
import { bytes, plural } from './words';

export function sessionCard(session: SparkSession): HTMLElement {
  const state = session.alive ? 'running' : 'stopped';
  return h(
    'div',
    { class: 'jp-Synapse-card' },
    h(
      'div',
      { class: 'jp-Synapse-line' },
      h('span', { class: `jp-Synapse-dot jp-mod-${state}`, role: 'img', 'aria-label': state }),
      h('strong', {}, session.master),
      session.ui && session.alive
        ? h('a', { href: session.ui, target: '_blank', rel: 'noopener' }, 'Spark UI')
        : null
    ),
    h('div', { class: 'jp-Synapse-dim' }, describe(session)),
    session.heap ? memory(...session.heap, session.cached ?? 0) : null
  );
}

function describe(session: SparkSession): string {
  if (!session.alive) {
    return `${session.name} · stopped`;
  }
  const words = [`Spark ${session.version}`, session.api, plural(session.slots, 'slot')];
  return [session.name, ...words, ...(session.owned ? [] : ['attached'])].join(' · ');
}

function memory(used: number, most: number, cached: number): HTMLElement {
  const kept = cached ? ` · ${bytes(cached)} cached` : '';
  const words = `${bytes(used)} of ${bytes(most)} memory${kept}`;
  return h(
    'div',
    {},
    bar(used, most, words),
    h('div', { class: 'jp-Synapse-dim' }, words)
  );
}

export function bar(done: number, total: number, words: string): HTMLElement {
  const share = total ? Math.min(100, (100 * done) / total) : 0;
  return h(
    'div',
    {
      class: 'jp-Synapse-bar',
      role: 'meter',
      'aria-valuemin': 0,
      'aria-valuemax': total,
      'aria-valuenow': done,
      'aria-label': words
    },
    h('div', { style: `width:${share}%` })
  );
}
