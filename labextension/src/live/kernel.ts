// The line from a live widget to its kernel: questions with their answers, and what the kernel tells.
import type { Payload } from "../model";
import { restore } from "../unpack";
import { watchLife, type Connection } from "./lifeline";

// What anywidget hands over: a model whose custom messages reach the kernel and come back.
export interface Channel {
  get(name: string): unknown;
  send(content: unknown): void;
  on(event: string, callback: (...given: never[]) => void): void;
  off(event: string, callback: (...given: never[]) => void): void;
  readonly widget_manager?: { readonly kernel?: Connection | null };
}

export type State = "ready" | "waiting" | "lost";

interface Asked {
  take(answer: Payload): void;
  fail(error: Error): void;
}

const PATIENCE = 3000;

// Why a question has no answer, and never will.
export class Gone extends Error {
  constructor() {
    super("The kernel is gone.");
  }
}

export class Kernel {
  private readonly name = Math.random().toString(36).slice(2); // several views share a model
  private readonly asked = new Map<string, Asked>();
  private readonly listeners = new Map<string, Set<(told: Payload) => void>>();
  private readonly watchers = new Set<(state: State) => void>();
  private number = 0;
  private patience = 0;
  private lost = false;
  private readonly unwatch: () => void;

  constructor(private readonly channel: Channel) {
    channel.on("msg:custom", this.receive);
    channel.on("comm_live_update", this.lose);
    this.unwatch = watchLife(channel.widget_manager?.kernel, () => this.lose());
  }

  // Asks for something by name; what fails in the kernel fails here, with its words.
  ask(question: string, given: Payload = {}): Promise<Payload> {
    if (this.lost) return Promise.reject(new Gone());
    const id = `${this.name}:${this.number++}`;
    const answer = new Promise<Payload>((take, fail) => this.asked.set(id, { take, fail }));
    try {
      this.channel.send({ id, ask: question, given });
    } catch {
      this.lose(); // JupyterLab has closed the line of a widget that was drawn once more
    }
    if (!this.patience && !this.lost) this.patience = window.setTimeout(() => this.say("waiting"), PATIENCE);
    return answer;
  }

  // Hears what the kernel tells without being asked; returns what ends it.
  hear(name: string, callback: (told: Payload) => void): () => void {
    const known = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, known.add(callback));
    return () => void known.delete(callback);
  }

  watch(callback: (state: State) => void): void {
    this.watchers.add(callback);
    if (this.lost) callback("lost");
  }

  stop(): void {
    clearTimeout(this.patience);
    this.unwatch();
    this.channel.off("msg:custom", this.receive);
    this.channel.off("comm_live_update", this.lose);
    this.asked.clear();
  }

  private readonly receive = async (message: Payload, blocks: DataView[]): Promise<void> => {
    const id = message.id as string | undefined;
    if (id !== undefined && !this.asked.has(id)) return;
    const body = message.body === undefined ? {} : await restore(message.body as Payload, blocks[0] as BlobPart);
    if (id === undefined) {
      for (const callback of this.listeners.get(message.tell as string) ?? []) callback(body);
      return;
    }
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (!this.asked.size) {
      clearTimeout(this.patience);
      this.patience = 0;
      this.say("ready");
    }
    if (message.error !== undefined) asked?.fail(new Error(message.error as string));
    else asked?.take(body);
  };

  private readonly lose = (): void => {
    if (this.lost) return;
    this.lost = true;
    clearTimeout(this.patience);
    this.say("lost");
    for (const { fail } of this.asked.values()) fail(new Gone());
    this.asked.clear();
  };

  private say(state: State): void {
    for (const callback of this.watchers) callback(state);
  }
}
