// Tells when the kernel behind a widget is gone. The widget itself hears of a restart alone; the
// connection that JupyterLab's widget manager has hears of a kernel that died or was shut down, too.

interface Signal<Told> {
  connect(slot: (sender: unknown, told: Told) => void): void;
  disconnect(slot: (sender: unknown, told: Told) => void): void;
}

export interface Connection {
  readonly statusChanged: Signal<string>;
  readonly disposed: Signal<void>;
}

// "unknown" is none of them: it may be the network that is away for a while.
const GONE = ["restarting", "autorestarting", "terminating", "dead"];

// Calls once the kernel is gone; returns what ends it. Other front ends have no such connection
// (undefined), and a notebook without a kernel none now (null).
export function watchLife(connection: Connection | null | undefined, gone: () => void): () => void {
  if (connection === null) gone();
  if (!connection?.statusChanged || !connection.disposed) return () => {};
  const look = (_: unknown, status: string) => {
    if (GONE.includes(status)) gone();
  };
  connection.statusChanged.connect(look);
  connection.disposed.connect(gone);
  return () => {
    connection.statusChanged.disconnect(look);
    connection.disposed.disconnect(gone);
  };
}
