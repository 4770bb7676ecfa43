// A DataFrame of the notebook and what to do with it.
import { type Insert, row } from './rows';
import type { Frame } from './protocol';

export function frameRow(frame: Frame, magic: string, insert: Insert): HTMLElement {
  if (frame.gone) {
    return row(frame.name, 'its Spark was stopped: run its cell again', [], insert);
  }
  const offers: [string, string][] = [
    ['Show', `%${magic} show ${frame.name}`],
    ['Profile', `%${magic} profile ${frame.name}`]
  ];
  return row(frame.name, frame.cached ? 'cached' : '', offers, insert);
}
