// Evaluation: one threshold moves through ROC, precision and recall; all from score histograms.
import { h, note, title } from "./dom";
import { StaticModel, type Render, type Tensor } from "./model";
import { drawLines } from "./lines";
import { Stage } from "./stage";
import { number, share, whole } from "./words";

interface Counts {
  negatives: Float64Array; // taken for positive at each threshold, from 1 down to 0
  positives: Float64Array;
}

const GROUPS = 10;

export const evaluation: Render = ({ model, el }) => {
  const classes = model.get("classes") as string[];
  const histograms = model.get("histograms") as Tensor;
  const sums = model.get("sums") as Tensor | null;
  const binary = model.get("binary") as boolean;
  const bins = histograms.shape[2];
  let index = model.get("first") as number;
  let at = Math.round(bins / 2);
  const stage = new Stage(el, draw);
  const said = h("p", { class: "syn-threshold" });
  const output = h("output", {}, number(0.5));
  stage.pick("class", classes.map((name) => `${name} against the rest`), index, (value) => (index = value));
  const slider = h("input", { type: "range", min: 0, max: bins, value: at, "aria-label": "threshold" });
  slider.addEventListener("input", () => {
    at = bins - Number(slider.value);
    stage.later();
  });
  stage.control("threshold", slider, output);
  stage.controls.append(said);

  function draw(width: number): void {
    const counts = sweep(histograms, index);
    const threshold = 1 - at / bins;
    output.textContent = threshold.toFixed(3).replace(/0$/, "");
    tell(counts, threshold);
    const each = width >= 1000 ? (width - 60) / 3 : width >= 640 ? (width - 30) / 2 : width;
    const frame = h("div", { class: "syn-cards" });
    stage.body.append(frame);
    for (const one of curves(counts)) {
      const card = h("div", { class: "syn-card" }, title(one.title));
      card.style.width = `${Math.min(each, 440)}px`;
      frame.append(card);
      drawLines(stage, card, new StaticModel(one.data), Math.min(each, 440));
      card.append(note(one.note));
    }
  }

  function tell(counts: Counts, threshold: number): void {
    const [tp, fp] = [counts.positives[at], counts.negatives[at]];
    const [all, none] = [counts.positives[bins], counts.negatives[bins]];
    const precision = tp / (tp + fp);
    const recall = tp / all;
    const f1 = (2 * tp) / (all + tp + fp);
    const right = share(tp + none - fp, all + none);
    const words = `At ${number(threshold)} ${classes[index]} is predicted for ${share(tp + fp, all + none)} of rows: precision ${number(precision)}, recall ${number(recall)}, F1 ${number(f1)}, ${right} right`;
    said.textContent = words + (binary ? ` (${whole(tp, 1)} of ${whole(all, 1)} found, ${whole(fp, 1)} false alarms).` : ".");
  }

  function curves(counts: Counts): { title: string; note: string; data: Record<string, unknown> }[] {
    const name = classes[index];
    const [all, none] = [counts.positives[bins], counts.negatives[bins]];
    const fpr = counts.negatives.map((value) => value / none);
    const tpr = counts.positives.map((value) => value / all);
    const precision = counts.positives.map((value, i) => value / (value + counts.negatives[i]));
    const thresholds = Float64Array.from({ length: bins + 1 }, (_, i) => 1 - i / bins);
    const unit = [[0, 1], [0, 1]];
    const line = tensor(Float64Array.of(0, 1));
    const base = all / (all + none);
    const common = { ends: unit, at, extra: [{ name: "threshold", values: tensor(thresholds) }] };
    const found = [
      {
        title: `ROC: ${name}`,
        note: `Area under the curve ${number(area(fpr, tpr))}. Dashed: chance.`,
        data: { ...common, series: [{ name, x: tensor(fpr), y: tensor(tpr) }], xTitle: "false positive rate", yTitle: "true positive rate", ideal: [line, line] },
      },
      {
        title: `Precision and recall: ${name}`,
        note: `Dashed: guessing, ${share(base, 1)}.`,
        data: { ...common, series: [{ name, x: tensor(tpr), y: tensor(precision) }], xTitle: "recall", yTitle: "precision", ideal: [line, tensor(Float64Array.of(base, base))] },
      },
    ];
    const calibrated = sums ? [calibration(name, unit, line)] : [];
    return [...found, ...calibrated];
  }

  function calibration(name: string, ends: number[][], line: Tensor): { title: string; note: string; data: Record<string, unknown> } {
    const groups = Math.min(GROUPS, bins);
    const [weight, positive, predicted] = [0, 1, 2].map(() => new Float64Array(groups));
    for (let bin = 0; bin < bins; bin++) {
      const group = Math.floor((bin * groups) / bins);
      const [no, yes] = [histograms.data[index * 2 * bins + bin], histograms.data[(index * 2 + 1) * bins + bin]];
      weight[group] += no + yes;
      positive[group] += yes;
      predicted[group] += (sums as Tensor).data[index * bins + bin];
    }
    const some = [...weight.keys()].filter((group) => weight[group] > 0);
    const pick = (values: Float64Array) => Float64Array.from(some, (group) => values[group] / weight[group]);
    const sizes = Float64Array.from(some, (group) => weight[group]);
    const [x, y] = [pick(predicted), pick(positive)];
    const total = sizes.reduce((a, b) => a + b, 0);
    const error = x.reduce((sum, value, i) => sum + Math.abs(value - y[i]) * sizes[i], 0) / total;
    return {
      title: `Calibration: ${name}`,
      note: `Expected calibration error ${number(error)}. Dashed: perfect.`,
      data: { ends, series: [{ name, x: tensor(x), y: tensor(y) }], xTitle: "mean predicted probability", yTitle: "observed share", marks: true, ideal: [line, line], extra: [{ name: "rows", values: tensor(sizes) }] },
    };
  }

  return () => stage.stop();
};

function sweep(histograms: Tensor, index: number): Counts {
  const bins = histograms.shape[2];
  const heap = (side: number) => {
    const found = new Float64Array(bins + 1);
    for (let i = 1; i <= bins; i++) found[i] = found[i - 1] + histograms.data[(index * 2 + side) * bins + bins - i];
    return found;
  };
  return { negatives: heap(0), positives: heap(1) };
}

function area(xs: Float64Array, ys: Float64Array): number {
  let sum = 0;
  for (let i = 1; i < xs.length; i++) sum += ((xs[i] - xs[i - 1]) * (ys[i] + ys[i - 1])) / 2;
  return sum;
}

function tensor(data: Float64Array): Tensor {
  return { data, shape: [data.length] };
}
