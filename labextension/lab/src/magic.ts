// Which cells are ours: those whose first line begins with the magic, and no others.

const FIRST_LINE = /^%%?(synapse|syn)(?=\s|$)/;

/** The name of the magic that a cell begins with, null for a cell that is none of ours. */
export function magicOf(text: string): string | null {
  return FIRST_LINE.exec(text)?.[1] ?? null;
}

/** Whether a cell is one that the kernel, by what its magic is called, would run. */
export function isOurs(text: string, magic: string | undefined): boolean {
  const found = magicOf(text);
  return found !== null && found === (magic ?? found);
}
