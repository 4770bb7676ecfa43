// Completion in our cells by the language itself: also while a cell runs, and with documentation.
import type {
  CompletionHandler,
  ICompletionContext,
  ICompletionProvider
} from '@jupyterlab/completer';
import type { CodeEditor } from '@jupyterlab/codeeditor';

import type { Link } from './link';
import type { Links } from './links';
import { isOurs } from './magic';

export class SynapseCompleter implements ICompletionProvider {
  readonly identifier = 'synapse-magic:completer';
  // Above the kernel's own: the same words come from it, without documentation, when it is idle.
  readonly rank = 1000;

  constructor(private links: Links) {}

  async isApplicable(context: ICompletionContext): Promise<boolean> {
    return this.link(context.editor?.model) !== null;
  }

  async fetch(
    request: CompletionHandler.IRequest,
    context: ICompletionContext
  ): Promise<CompletionHandler.ICompletionItemsReply> {
    const { text, offset } = request;
    const link = this.link(context.editor?.model);
    // The kernel counts characters, the editor UTF-16 units.
    const cursor = Array.from(text.slice(0, offset)).length;
    const found = link ? await link.ask('complete', { text, cursor }) : [];
    const start = found.length ? found[0].start : cursor;
    return {
      start: Array.from(text).slice(0, start).join('').length,
      end: offset,
      items: found.map(each => ({
        label: each.text,
        insertText: each.text,
        type: each.kind,
        documentation: each.doc || undefined
      }))
    };
  }

  private link(model: CodeEditor.IModel | undefined): Link | null {
    const link = model ? this.links.ofModel(model) : null;
    const ours = model && link?.state && isOurs(model.sharedModel.getSource(), link.state.magic);
    return ours && link.answersNow ? link : null;
  }
}
