// A model of the notebook and what to do with it.
import { type Insert, row } from './rows';
import type { Model } from './protocol';

export function modelRow(model: Model, magic: string, insert: Insert): HTMLElement {
  const { name, stages, type } = model;
  const offers: [string, string][] = [
    ['Explain', `%${magic} explain ${name}`],
    ['Save', `%${magic} save ${name} ${name}.model`]
  ];
  if (model.verb) {
    offers.splice(1, 0, ['Code', `%${magic} code ${name}`]);
  }
  if (model.held_out) {
    offers.unshift(['Evaluate', `%${magic} evaluate ${name}`]);
  }
  return row(name, stages.length ? stages[stages.length - 1] : type, offers, insert);
}
