// What a view module needs of its host. A live widget host has the same shape, so that a module
// is mounted alike on data embedded in the page and on a model that a kernel keeps in step.

export interface Model {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
  save_changes(): void;
}

export interface Context {
  model: Model;
  el: HTMLElement;
}

export type Render = (context: Context) => () => void;

export type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

// An array of numbers with its shape, row by row.
export interface Tensor {
  data: Numbers;
  shape: number[];
}

export type Payload = Record<string, unknown>;

export class StaticModel implements Model {
  private readonly values: Map<string, unknown>;
  private readonly listeners = new Map<string, Set<() => void>>();

  constructor(payload: Payload) {
    this.values = new Map(Object.entries(payload));
  }

  get(name: string): unknown {
    return this.values.get(name);
  }

  set(name: string, value: unknown): void {
    if (this.values.get(name) === value) return;
    this.values.set(name, value);
    for (const callback of this.listeners.get("change:" + name) ?? []) callback();
  }

  on(event: string, callback: () => void): void {
    const known = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, known.add(callback));
  }

  off(event: string, callback: () => void): void {
    this.listeners.get(event)?.delete(callback);
  }

  save_changes(): void {
    // There is no kernel to tell.
  }
}
