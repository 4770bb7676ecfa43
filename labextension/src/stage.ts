// Where a view draws: a place that knows its width, its theme, its tooltip and what to say aloud.
import { clear, fill, h, writeLike } from "./dom";
import { watchTheme } from "./theme";

export class Stage {
  readonly controls = h("div", { class: "syn-controls" });
  readonly body = h("div", { class: "syn-body" });
  readonly root: HTMLElement;
  private readonly tip = h("div", { class: "syn-tip", hidden: true });
  private readonly voice = h("div", { class: "syn-aloud", "aria-live": "polite" });
  private readonly stops: (() => void)[] = [];
  private width = 0;
  private waiting = 0;

  constructor(
    readonly el: HTMLElement,
    private readonly draw: (width: number) => void,
  ) {
    this.root = el.closest<HTMLElement>(".syn-view") ?? el;
    el.classList.add("syn-stage");
    el.append(this.controls, this.body, this.tip, this.voice);
    const observer = new ResizeObserver(() => {
      if (Math.abs(this.el.clientWidth - this.width) > 1) this.later();
    });
    observer.observe(el);
    this.stops.push(
      () => observer.disconnect(),
      watchTheme(this.root, () => this.later()),
    );
    this.listen(el, "keydown", (event) => {
      if ((event as KeyboardEvent).key !== "Escape" || this.tip.hidden) return;
      this.hide();
      event.preventDefault(); // it leaves the view only where there is nothing to put away
    });
  }

  listen(target: EventTarget, name: string, callback: (event: Event) => void): void {
    target.addEventListener(name, callback);
    this.stops.push(() => target.removeEventListener(name, callback));
  }

  later(): void {
    if (this.waiting) return;
    // Not an animation frame: a page that is not painted gives none, and would show a stale theme.
    this.waiting = window.setTimeout(() => {
      this.waiting = 0;
      this.now();
    }, 16);
  }

  // Draws at the width there is; a hidden tab has none and is drawn when it is shown.
  now(): void {
    this.width = this.el.clientWidth;
    if (this.width < 40) return;
    const focus = (document.activeElement as HTMLElement | null)?.dataset?.mark;
    const inside = focus !== undefined && this.body.contains(document.activeElement);
    this.hide();
    clear(this.body);
    writeLike(this.root);
    this.draw(this.width);
    if (inside) this.body.querySelector<SVGElement>(`[data-mark="${CSS.escape(focus ?? "")}"]`)?.focus();
  }

  // Shows lines beside a point of the page; the first line is the heading.
  show(x: number, y: number, lines: string[]): void {
    clear(this.tip);
    lines.forEach((line, i) => this.tip.append(h(i ? "div" : "b", {}, line)));
    this.tip.hidden = false;
    const box = this.el.getBoundingClientRect();
    const own = this.tip.getBoundingClientRect();
    const left = x - box.left + 14 + own.width > box.width ? x - box.left - own.width - 14 : x - box.left + 14;
    const top = y - box.top + 14 + own.height > box.height ? y - box.top - own.height - 10 : y - box.top + 14;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${Math.max(0, top)}px`;
  }

  control(label: string, ...children: Node[]): void {
    this.controls.append(h("label", { class: "syn-control" }, h("span", {}, label), ...children));
  }

  // Lets choose among several: words that stand for their place, or values with their words.
  pick<T extends string | number = number>(label: string, options: (string | [T, string])[], chosen: T, set: (value: T) => void): void {
    if (options.length < 2) return;
    const pairs = options.map((one, i): [T, string] => (typeof one === "string" ? [i as T, one] : one));
    const control = h("select", {}, ...pairs.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
    control.addEventListener("change", () => (set(pairs[control.selectedIndex][0]), this.now()));
    this.control(label, control);
  }

  say(words: string): void {
    this.voice.textContent = words;
  }

  hide(): void {
    this.tip.hidden = true;
  }

  stop(): void {
    clearTimeout(this.waiting);
    for (const stop of this.stops) stop();
    clear(this.el);
  }
}

export interface Mark {
  node: SVGElement | HTMLElement;
  lines: string[];
  press?: () => void;
  across?: (step: number) => string[] | null;
}

// Arrow keys walk the marks; the one in focus shows its tooltip and carries its words as label.
export function walk(stage: Stage, marks: Mark[]): void {
  marks.forEach((mark, i) => {
    const { node } = mark;
    fill(node, { tabindex: i ? -1 : 0, role: mark.press ? "button" : "img", "aria-label": mark.lines.join(", ") });
    node.classList.add("syn-walk");
    node.dataset.mark ??= String(i);
    const tell = (lines: string[]) => {
      const box = node.getBoundingClientRect();
      stage.show(box.left + Math.min(box.width, 240), box.top + box.height / 2, lines);
    };
    node.addEventListener("focus", () => {
      if (node.matches(":focus-visible")) tell(mark.lines);
    });
    node.addEventListener("blur", () => stage.hide());
    if (mark.press) node.addEventListener("click", mark.press);
    node.addEventListener("keydown", (event) => {
      const { key } = event as KeyboardEvent;
      if (mark.press && (key === "Enter" || key === " ")) {
        event.preventDefault();
        mark.press();
        return;
      }
      if (mark.across && (key === "ArrowLeft" || key === "ArrowRight")) {
        event.preventDefault();
        const lines = mark.across(key === "ArrowLeft" ? -1 : 1);
        if (lines) {
          tell(lines);
          stage.say(lines.join(", "));
        }
        return;
      }
      const to = { ArrowUp: i - 1, ArrowLeft: i - 1, ArrowDown: i + 1, ArrowRight: i + 1, Home: 0, End: marks.length - 1 }[key];
      if (to === undefined || !marks[to]) return;
      event.preventDefault();
      node.setAttribute("tabindex", "-1");
      marks[to].node.setAttribute("tabindex", "0");
      marks[to].node.focus();
    });
  });
}

// Tells what lies under the pointer, found by its place in the drawing.
export function follow(stage: Stage, node: SVGElement | HTMLElement, find: (x: number, y: number) => string[] | null, leave?: () => void): void {
  node.addEventListener("pointermove", (event) => {
    const { clientX, clientY } = event as PointerEvent;
    const box = (node.closest("svg") ?? node).getBoundingClientRect();
    const lines = find(clientX - box.left, clientY - box.top);
    if (lines) stage.show(clientX, clientY, lines);
    else stage.hide();
  });
  node.addEventListener("pointerleave", () => (leave?.(), stage.hide()));
}

// Tooltips of marks under the pointer.
export function hover(stage: Stage, mark: Mark): Mark {
  follow(stage, mark.node, () => mark.lines);
  return mark;
}
