// The text of the builder in a cell of the notebook, where an extension of the notebook keeps one.
import type { Kernel } from "../live/kernel";
import type { Payload } from "../model";

// What the extension hands over; written in labextension/lab/src/beside.ts.
export interface Beside {
  readonly text: string | null; // of the cell; null while there is none
  readonly undoable: boolean;
  readonly adoptable: boolean; // whether there is a cell below that adopt() takes
  write(before: string, after: string): boolean;
  insert(text: string): void;
  adopt(): void; // the text of that cell comes in place of the builder's
  undo(): void;
  show(): void;
  watch(changed: () => void): () => void;
}

interface Drawn {
  drawn(): void;
  edited(): void;
}

const ASKED = "synapse-magic:beside";
const PAUSE = 300;
const TRIES = 5;
// Questions about the text: they are asked one after another, each with the text as it is then.
const ABOUT_TEXT = new Set(["open", "click", "edit", "first", "look", "run", "script"]);

// Keeps the text that the kernel has and that of the cell the same. What is typed in the cell is
// never overwritten: a change is written only into the text that it was made from.
export class Sync {
  beside: Beside | null = null;
  private agreed: string | null = null;
  private version = -1;
  private line: Promise<unknown> = Promise.resolve();
  private asking = false;
  private told: Payload | null = null;

  constructor(private readonly kernel: Pick<Kernel, "ask">) {}

  // Looks for the cell beside an element once that is on the page; returns what ends it.
  attach(el: Element, then: Drawn): () => void {
    let later = 0;
    let end = () => {};
    const changed = () => {
      then.drawn();
      const text = this.beside?.text ?? null;
      if (text === null || text === this.agreed) return;
      clearTimeout(later);
      later = window.setTimeout(then.edited, PAUSE);
    };
    const observer = new ResizeObserver(() => {
      const take = (found: Beside) => {
        observer.disconnect();
        this.beside = found;
        end = found.watch(changed);
        changed();
      };
      document.dispatchEvent(new CustomEvent(ASKED, { detail: { el, take } }));
    });
    observer.observe(el);
    return () => {
      observer.disconnect();
      clearTimeout(later);
      end();
    };
  }

  ask(question: string, given: Payload): Promise<Payload> {
    if (!ABOUT_TEXT.has(question)) return this.kernel.ask(question, given);
    const asked = this.line.then(() => this.askNow(question, given));
    this.line = asked.catch(() => undefined);
    return asked;
  }

  // Hears of a text that was not asked for.
  hear(told: Payload): void {
    if (this.asking) this.told = told;
    else this.settle(told);
  }

  private async askNow(question: string, given: Payload): Promise<Payload> {
    for (let left = TRIES; left; left--) {
      const text = this.beside?.text ?? null;
      // A place in the text holds only in the text that the form shows.
      if (text !== null && text !== this.agreed && placed(given)) break;
      if (text !== null) this.agreed = text;
      const answer = await this.answered(question, text === null ? given : { ...given, text });
      const told = this.told;
      this.told = null;
      const past = !told || (answer.version as number) >= (told.version as number);
      const settled = this.settle(past ? answer : told);
      // What was typed meanwhile is asked about by itself; a click is made again, in that text.
      if (settled || question !== "click") return answer;
    }
    throw new Error("The cell has just been changed. Try: the same click again");
  }

  private async answered(question: string, given: Payload): Promise<Payload> {
    this.asking = true;
    try {
      return await this.kernel.ask(question, given);
    } finally {
      this.asking = false;
    }
  }

  // Writes a text of the kernel into the cell; false when another one is there by now.
  private settle(told: Payload): boolean {
    const [text, version] = [told.text, told.version as number];
    if (typeof text !== "string" || version < this.version) return true;
    this.version = version;
    const now = this.beside?.text ?? null;
    const typed = now !== null && now !== this.agreed && now !== text;
    if (typed) return false;
    this.agreed = text;
    return now === null || now === text || (this.beside as Beside).write(now, text);
  }
}

function placed(given: Payload): boolean {
  return (given.change as { step?: number } | undefined)?.step !== undefined;
}
