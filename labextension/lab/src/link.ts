// The line to one kernel: opened when our magics are there, lost when the kernel is.
import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { CommHandler } from '@jupyterlab/services/lib/kernel/comm';
import type { JSONObject } from '@lumino/coreutils';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import type { Questions, State } from './protocol';

export const LANGUAGE = 'python';
const TARGET = 'synapse_magic';
const LOST = ['restarting', 'autorestarting', 'dead', 'terminating', 'unknown'];

interface Waiting {
  resolve: (answer: never) => void;
  reject: (reason: Error) => void;
}

export class Link implements IDisposable {
  /** Emitted when the state, or whether there is one, is another. */
  readonly changed = new Signal<this, void>(this);

  constructor(private context: ISessionContext) {
    context.kernelChanged.connect(this.lose, this);
    context.kernelChanged.connect(this.learn, this);
    context.statusChanged.connect(this.onStatus, this);
  }

  /** What the kernel told last; null before our magics are loaded there. */
  get state(): State | null {
    return this.told;
  }

  /** The language of the kernel; null before it has told. */
  get language(): string | null {
    return this.spoken;
  }

  /** Whether questions are answered while a cell runs: the kernel has a subshell for us. */
  get answersWhileBusy(): boolean {
    return this.comm !== null && this.kernel?.supportsSubshells === true;
  }

  /** Whether a question is answered soon. */
  get answersNow(): boolean {
    return this.comm !== null && (this.answersWhileBusy || this.kernel?.status === 'idle');
  }

  /** Whether a cell runs; each answer meanwhile makes JupyterLab say for long that none does. */
  get isBusy(): boolean {
    return this.kernel?.status === 'busy';
  }

  get isDead(): boolean {
    return this.kernel?.status === 'dead';
  }

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Open the line unless it is open; our magics being absent is no error. */
  async connect(): Promise<void> {
    const kernel = this.kernel;
    if (this.comm !== null || this.connecting || !kernel || LOST.includes(kernel.status)) {
      return;
    }
    this.connecting = true;
    try {
      const info = await kernel.info;
      if (info.language_info.name === LANGUAGE) {
        await this.open(kernel);
      }
    } finally {
      this.connecting = false;
    }
  }

  ask<Name extends keyof Questions>(
    name: Name,
    given: Questions[Name][0]
  ): Promise<Questions[Name][1]> {
    const comm = this.comm;
    if (comm === null) {
      return Promise.reject(new Error('The kernel has not loaded synapse_magic'));
    }
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      comm.send({ id, ask: name, ...given } as JSONObject);
    });
  }

  dispose(): void {
    if (this.disposed) {
      return;
    }
    this.disposed = true;
    Signal.clearData(this);
    if (this.comm && !this.comm.isDisposed && this.kernel?.connectionStatus === 'connected') {
      this.comm.onClose = () => undefined;
      this.comm.close();
    }
    this.comm = null;
  }

  private learn(): void {
    const kernel = this.kernel;
    this.spoken = null;
    const heard = (info: KernelMessage.IInfoReply): void => {
      if (this.kernel === kernel && !this.disposed) {
        this.spoken = info.language_info.name;
        this.changed.emit();
      }
    };
    kernel?.info.then(heard, () => undefined); // one that went before it told has no language
  }

  private get kernel(): Kernel.IKernelConnection | null | undefined {
    return this.context.session?.kernel;
  }

  private async open(kernel: Kernel.IKernelConnection): Promise<void> {
    const comm = kernel.createComm(TARGET);
    if (kernel.supportsSubshells) {
      await (comm as CommHandler).subshellStarted;
    }
    if (this.disposed || this.kernel !== kernel) {
      comm.dispose();
      return;
    }
    comm.onMsg = message => this.onMessage(message.content.data);
    comm.onClose = () => this.lose();
    this.comm = comm;
    comm.open();
  }

  private onMessage(data: JSONObject): void {
    if ('state' in data) {
      this.told = data.state as unknown as State;
      this.changed.emit();
      return;
    }
    const waiting = this.waiting.get(data.id as number);
    this.waiting.delete(data.id as number);
    if (data.error !== undefined) {
      waiting?.reject(new Error(String(data.error)));
    } else {
      waiting?.resolve(data.answer as never);
    }
  }

  private onStatus(_: ISessionContext, status: Kernel.Status): void {
    if (LOST.includes(status)) {
      this.gone = this.gone || this.comm !== null;
      this.lose();
    } else if (status === 'idle' && this.gone) {
      this.gone = false;
      void this.connect(); // a kernel may load our magics by itself
    } else if (status === 'idle') {
      this.changed.emit();
    }
  }

  private lose(): void {
    this.comm = null;
    this.told = null;
    const lost = [...this.waiting.values()];
    this.waiting.clear();
    lost.forEach(one => one.reject(new Error('The kernel has gone')));
    this.changed.emit();
  }

  private comm: Kernel.IComm | null = null;
  private told: State | null = null;
  private spoken: string | null = null;
  private connecting = false;
  private disposed = false;
  private gone = false;
  private count = 0;
  private waiting = new Map<number, Waiting>();
}
