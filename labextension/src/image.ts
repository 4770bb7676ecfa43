// Image: superpixels painted over the image by what they add.
import { badges, type Fact } from "./badges";
import { h, note } from "./dom";
import type { Render, Tensor } from "./model";
import { additive, chooser, column, heading, order, type Whole } from "./parts";
import { follow, Stage, walk, type Mark } from "./stage";
import { palette, type Palette } from "./theme";
import { signed } from "./words";

interface Picture extends Whole {
  photo: string;
  labels: Tensor; // (height, width) the superpixel of each pixel
}

const HATCH = 6;

export const image: Render = ({ model, el }) => {
  const pictures = model.get("images") as Picture[];
  const outputs = model.get("outputs") as string[];
  const top = (model.get("top") as Tensor).data;
  const name = model.get("scale") as string;
  let current = 0;
  let output = model.get("first") as number; // -1 for all of them, side by side
  let sign = 0;
  let opacity = 0.75;
  let least = 0;
  const photos = pictures.map((one) => {
    const photo = new Image();
    photo.onload = () => stage.later();
    photo.src = one.photo;
    return photo;
  });
  el.append(badges(model.get("facts") as Fact[]));
  const stage = new Stage(el, draw);
  controls();

  function controls(): void {
    if (outputs.length > 1) stage.pick("class", [...outputs, [-1, "side by side"]], output, (value) => (output = value));
    stage.pick("show", ["both", [1, "what raises"], [-1, "what lowers"]], 0, (value) => (sign = value));
    slider("opacity", opacity, (value) => (opacity = value));
    slider("at least", least, (value) => (least = value));
  }

  function slider(label: string, start: number, change: (value: number) => void): void {
    const told = h("output", {}, `${Math.round(start * 100)} %`);
    const input = h("input", { type: "range", min: 0, max: 100, value: start * 100, "aria-label": label });
    input.addEventListener("input", () => {
      change(Number(input.value) / 100);
      told.textContent = `${input.value} %`;
      stage.later();
    });
    stage.control(label, input, told);
  }

  function draw(width: number): void {
    if (pictures.length > 1) stage.body.append(list());
    const shown = output < 0 ? outputs.slice(0, 4).map((_, i) => i) : [output];
    const frame = h("div", { class: "syn-beside" });
    stage.body.append(frame);
    const room = Math.min(420, (width - 24 * (shown.length - 1)) / Math.min(shown.length, Math.max(1, Math.floor(width / 240))));
    const marks = shown.flatMap((one) => panel(frame, one, Math.max(room, 160)));
    stage.body.append(note(model.get("note") as string));
    walk(stage, marks);
  }

  function list(): HTMLElement {
    const face = (i: number) => [h("img", { src: pictures[i].photo, alt: pictures[i].title })];
    return chooser(stage, "syn-thumbs", pictures, model.get("total") as number, current, face, () => false, (i) => (current = i));
  }

  function panel(frame: HTMLElement, one: number, room: number): Mark[] {
    const whole = pictures[current];
    const [height, width] = whole.labels.shape;
    const zoom = Math.min(room / width, 360 / height);
    const box = h("div", {}, heading(whole, one, outputs[one]));
    const canvas = h("canvas", { width: Math.round(width * zoom), height: Math.round(height * zoom), class: "syn-photo" });
    box.append(canvas);
    frame.append(box);
    const values = column(whole, one).map((value) => (value * sign < 0 || Math.abs(value) < least * top[one] ? 0 : value));
    let here = -1;
    const paintAll = () => paint(canvas, photos[current], whole, values, top[one], opacity, here, palette(stage.root));
    paintAll();
    const lines = (i: number) => [`superpixel ${i}`, `${signed(column(whole, one)[i])} ${name}`];
    const light = (i: number) => {
      if (i === here) return;
      here = i;
      paintAll();
    };
    follow(stage, canvas, (px, py) => {
      const at = canvas.getBoundingClientRect();
      const x = Math.min(width - 1, Math.floor((px / at.width) * width));
      const y = Math.min(height - 1, Math.floor((py / at.height) * height));
      light(whole.labels.data[Math.max(y, 0) * width + Math.max(x, 0)]);
      return lines(here);
    }, () => light(-1));
    const ranked = order(values);
    let rank = -1;
    const across = (step: number) => {
      rank = Math.min(Math.max(rank + step, 0), ranked.length - 1);
      light(ranked[rank]);
      return lines(here);
    };
    const bar = h("div", {});
    box.append(bar);
    const names = Array.from(values, (_, i) => `superpixel ${i}`);
    const marks: Mark[] = [{ node: canvas, lines: [`${whole.title}, ${outputs[one]}`, "left and right walk the superpixels, strongest first"], across }];
    marks.push(...additive(stage, bar, whole, names, one, name, Math.max(Math.min(room, 420), 160)));
    marks.forEach((mark, i) => (mark.node.dataset.mark = `${one}-${i}`));
    return marks;
  }

  return () => stage.stop();
};

// The image, paler, with orange where a superpixel raises the prediction and stripes of blue where it lowers it.
function paint(canvas: HTMLCanvasElement, photo: HTMLImageElement, whole: Picture, values: Float64Array, top: number, opacity: number, here: number, colours: Palette): void {
  const pen = canvas.getContext("2d");
  if (!pen || !photo.complete) return;
  const [rows, columns] = whole.labels.shape;
  const { width, height } = canvas;
  pen.imageSmoothingEnabled = width < 4 * columns;
  pen.filter = "saturate(.45)";
  pen.drawImage(photo, 0, 0, width, height);
  pen.filter = "none";
  const layer = pen.getImageData(0, 0, width, height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const own = whole.labels.data[Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width)];
      const value = Math.max(-1, Math.min(1, values[own] / top));
      const gap = value < 0 && (x + y) % HATCH >= HATCH / 2;
      const alpha = opacity * Math.abs(value) * (gap ? 0.45 : 1) * (here < 0 || own === here ? 1 : 0.3);
      const colour = value > 0 ? colours.high : colours.low;
      const i = 4 * (y * width + x);
      for (let c = 0; c < 3; c++) layer.data[i + c] += (colour[c] - layer.data[i + c]) * alpha;
    }
  }
  pen.putImageData(layer, 0, 0);
}
