// Residuals of a regression over its predictions, as a density with the mean line.
import { bottomAxis, chart, leftAxis, paint, path } from "./chart";
import { shade } from "./dependence";
import { disc, note, stroke } from "./dom";
import type { Render, Tensor } from "./model";
import { follow, Stage, walk, type Mark } from "./stage";
import { palette } from "./theme";
import { number, rows, scale } from "./words";

export const residuals: Render = ({ model, el }) => {
  const counts = model.get("counts") as Tensor;
  const xEdges = (model.get("xEdges") as Tensor).data;
  const yEdges = (model.get("yEdges") as Tensor).data;
  const middle = (model.get("middle") as Tensor).data;
  const [across, up] = counts.shape;
  const stage = new Stage(el, (width) => draw(Math.min(width, 720)));
  el.append(note("Shade: square root of the row count; line: mean residual."));

  function draw(width: number): void {
    const height = Math.round(Math.min(Math.max(width * 0.5, 250), 360));
    const [left, right, top, bottom] = [66, width - 12, 10, height - 42];
    const { back, svg, canvas } = chart(stage.body, width, height, "Residuals over predictions. Arrow keys walk the mean line.");
    const x = scale(xEdges[0], xEdges[across], left, right);
    const y = scale(yEdges[0], yEdges[up], bottom, top);
    leftAxis(back, y, left, "residual (true \u2212 predicted)", right);
    bottomAxis(back, x, bottom, "prediction");
    paint(canvas, shade({ data: counts.data, shape: [1, across, up] }, 0, palette(stage.root).low, 0.95), left, top, right - left, bottom - top);
    back.append(stroke(left, y(0), right, y(0), "zero"));
    const centre = (i: number) => (xEdges[i] + xEdges[i + 1]) / 2;
    svg.append(path(Array.from(middle, (value, i): [number, number] => [x(centre(i)), y(value)]), "median"));
    const marks: Mark[] = [];
    for (let i = 0; i < across; i++) {
      if (!Number.isFinite(middle[i])) continue;
      let sum = 0;
      for (let j = 0; j < up; j++) sum += counts.data[i * up + j];
      const node = disc(x(centre(i)), y(middle[i]), 4, "point");
      svg.append(node);
      marks.push({ node, lines: [`prediction ${number(xEdges[i])} to ${number(xEdges[i + 1])}`, rows(sum), `mean residual ${number(middle[i])}`] });
    }
    walk(stage, marks);
    follow(stage, svg, (px, py) => {
      const i = Math.floor(((x.invert(px) - x.low) / (x.high - x.low)) * across);
      const j = Math.floor(((y.invert(py) - y.low) / (y.high - y.low)) * up);
      const count = i >= 0 && i < across && j >= 0 && j < up ? counts.data[i * up + j] : 0;
      return count ? [rows(count), `prediction ${number(xEdges[i])} to ${number(xEdges[i + 1])}`, `residual ${number(yEdges[j])} to ${number(yEdges[j + 1])}`] : null;
    });
  }

  return () => stage.stop();
};
