// The program that a cell stands for, in a dialog.
import { Clipboard, Dialog, showDialog } from '@jupyterlab/apputils';
import { Widget } from '@lumino/widgets';

import { h } from './dom';
import type { Link } from './link';

export async function showProgram(
  link: Link,
  text: string,
  insert: (source: string) => void
): Promise<void> {
  let source: string;
  try {
    source = await link.ask('code', { text });
  } catch (reason) {
    await showDialog({
      title: 'No program for this cell',
      body: new Widget({ node: h('pre', {}, (reason as Error).message) }),
      buttons: [Dialog.okButton()]
    });
    return;
  }
  const node = h('pre', { class: 'jp-Synapse-program', tabindex: 0 }, source);
  const chosen = await showDialog({
    title: 'The PySpark program of this cell',
    body: new Widget({ node }),
    buttons: [
      Dialog.cancelButton({ label: 'Close' }),
      Dialog.createButton({ label: 'Insert below', actions: ['insert'] }),
      Dialog.okButton({ label: 'Copy', actions: ['copy'] })
    ]
  });
  if (chosen.button.actions.includes('insert')) {
    insert(source);
  } else if (chosen.button.actions.includes('copy')) {
    Clipboard.copyToSystem(source);
  }
}
