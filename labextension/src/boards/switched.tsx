// One image whose superpixels are switched off by a press, and what the model says of what is left.
import { useEffect, useRef, useState } from "preact/hooks";
import { NumberField } from "../dashboard/fields";
import { useLatest } from "../dashboard/hooks";
import { Title, ToFirst } from "../dashboard/parts";
import type { Tab } from "../dashboard/types";
import type { Payload, Tensor } from "../model";
import { column, order, type Whole } from "../parts";
import { signed } from "../words";
import { PickClass, Scores } from "./parts";
import type { Said } from "./types";

interface Form extends Said, Whole {
  place: number;
  photo: string;
  labels: Tensor;
}

const NAMED = 40; // superpixels that have a button of their own, the strongest

export function Switched(tab: Tab) {
  const { kernel, opened, place: at, ask: setAt } = tab;
  const [form, setForm] = useState<Form | null>(null);
  const [off, setOff] = useState<number[]>([]);
  const [said, setSaid] = useState<Said | null>(null);
  const [photo, setPhoto] = useState("");
  const [failed, setFailed] = useState("");
  const [output, setOutput] = useState(0);
  const latest = useLatest();
  const turn = useRef(0); // changes with every press: answers about others are dropped
  const load = useRef(0); // changes with every image that is asked for
  const ask = <T,>(question: string, given: Payload) => kernel.ask(question, given) as unknown as Promise<T>;

  useEffect(() => {
    if (opened.whatIf) return;
    const own = ++load.current;
    ask<Form>("form", { place: at }).then(
      (found) => {
        if (own !== load.current) return;
        ++turn.current;
        setForm(found);
        setSaid(found);
        setPhoto(found.photo);
        setOutput(found.scores.indexOf(Math.max(...found.scores)));
        setOff([]);
        setFailed("");
      },
      (error: Error) => own === load.current && setFailed(error.message),
    );
  }, [at]);
  if (opened.whatIf) return <p class="syn-note">{opened.whatIf}</p>;
  if (!form || !said) return <p class="syn-note" role="status">{failed || "…"}</p>;

  const change = (now: number[]) => {
    setOff(now);
    const own = ++turn.current;
    latest(async () => {
      if (own !== turn.current) return;
      try {
        const found = await ask<Said & { photo: string }>("without", { place: form.place, off: now });
        if (own === turn.current) (setSaid(found), setPhoto(found.photo), setFailed(""));
      } catch (error) {
        if (own === turn.current) setFailed((error as Error).message);
      }
    });
  };
  const toggle = (one: number) => change(off.includes(one) ? off.filter((other) => other !== one) : [...off, one]);
  const values = column(form, output);
  const ranked = order(values);
  const raising = ranked.filter((i) => values[i] > 0 && !off.includes(i));
  return (
    <div class="sd-whatif">
      <section class="sd-score">
        <div class="syn-controls">
          <label class="syn-control"><span>image</span><NumberField done min={0} max={opened.rows - 1} step={1} value={at} set={(typed) => setAt(Math.min(Math.max(Math.round(typed ?? at), 0), opened.rows - 1))} /></label>
          <ToFirst opened={opened} at={at} set={setAt} />
          <PickClass tab={tab} output={output} set={setOutput} />
        </div>
        <Scores now={said} before={form} classed={opened.task !== "regression"} />
        <p class="syn-note">{said.milliseconds} ms in the model, without Spark</p>
        <div class="sd-buttons">
          <button type="button" class="syn-button" disabled={!raising.length} onClick={() => change([...off, raising[0]])}>switch off what raises most</button>
          <button type="button" class="syn-button" disabled={!off.length} onClick={() => change(off.slice(0, -1))}>undo</button>
          <button type="button" class="syn-button" disabled={!off.length} onClick={() => change([])}>all on</button>
        </div>
        {failed && <p class="syn-warn" role="alert">{failed}</p>}
      </section>
      <section>
        <Title note="Press a piece of the image, or its button, to switch it off and on.">{form.title}</Title>
        <Photo form={form} photo={photo} off={off} toggle={toggle} />
        <div class="sb-pieces" role="group" aria-label="Superpixels, the strongest first">{ranked.slice(0, NAMED).map((i) => (
          <button type="button" key={i} class="syn-button" aria-pressed={!off.includes(i)} aria-label={`superpixel ${i}, ${signed(values[i])}`} onClick={() => toggle(i)}>{i} <span class="syn-dim">{signed(values[i])}</span></button>
        ))}</div>
      </section>
    </div>
  );
}

// The image as the model sees it; the piece under the pointer is outlined.
function Photo({ form, photo, off, toggle }: { form: Form; photo: string; off: number[]; toggle: (one: number) => void }) {
  const place = useRef<HTMLCanvasElement>(null);
  const [here, setHere] = useState(-1);
  const [height, width] = form.labels.shape;
  const zoom = Math.max(1, Math.round(420 / Math.max(width, height)));
  useEffect(() => {
    const drawn = new Image();
    let wanted = true;
    drawn.onload = () => wanted && place.current && draw(place.current, drawn, form.labels, zoom, here);
    drawn.src = photo;
    return () => void (wanted = false);
  }, [photo, here, form]);
  const under = (event: MouseEvent) => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const x = Math.min(width - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * width)));
    const y = Math.min(height - 1, Math.max(0, Math.floor(((event.clientY - box.top) / box.height) * height)));
    return form.labels.data[y * width + x];
  };
  return (
    <div class="sb-photo">
      <canvas ref={place} width={width * zoom} height={height * zoom} role="img" aria-label={`${form.title}, ${off.length} superpixels switched off`}
        onMouseMove={(event) => setHere(under(event))} onMouseLeave={() => setHere(-1)} onClick={(event) => toggle(under(event))} />
    </div>
  );
}

function draw(canvas: HTMLCanvasElement, photo: HTMLImageElement, labels: Tensor, zoom: number, here: number): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const [height, width] = labels.shape;
  pen.imageSmoothingEnabled = zoom < 4;
  pen.drawImage(photo, 0, 0, canvas.width, canvas.height);
  const of = (x: number, y: number) => labels.data[y * width + x];
  for (const [wanted, colour] of [[-1, "rgba(128,128,128,.35)"], [here, "#fff"]] as const) {
    pen.fillStyle = colour;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const own = of(x, y);
        const meant = (other: number) => other !== own && (wanted < 0 || own === wanted || other === wanted);
        if (x + 1 < width && meant(of(x + 1, y))) pen.fillRect((x + 1) * zoom - 1, y * zoom, wanted < 0 ? 1 : 2, zoom);
        if (y + 1 < height && meant(of(x, y + 1))) pen.fillRect(x * zoom, (y + 1) * zoom - 1, zoom, wanted < 0 ? 1 : 2);
      }
    }
    if (here < 0) break;
  }
}
