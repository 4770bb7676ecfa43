// Mounts a live widget: its place on the page, its line to the kernel, and the snapshot put away.
import { h, note } from "../dom";
import { watchTheme } from "../theme";
import { keepFocus } from "./focus";
import { ownKeys } from "./keys";
import { Kernel, type Channel, type State } from "./kernel";

// Draws into a place and returns what takes it down again.
export type Mount = (el: HTMLElement, kernel: Kernel) => () => void;

interface Widget {
  render(given: { model: Channel; el: HTMLElement }): () => void;
}

const WORDS: Record<State, string> = {
  ready: "",
  waiting: "Waiting for the kernel: it is busy with a cell, or gone.",
  lost: "The kernel was restarted or stopped, so this view can no longer answer. Run its cell again.",
};

export function live(mount: Mount): Widget {
  return {
    // There is nothing to do before a view is wanted: anywidget gives a model two seconds to begin.
    render({ model, el }) {
      const kernel = new Kernel(model);
      const place = h("div", {});
      const state = h("p", { class: "syn-note syn-state", role: "status" });
      const root = h("div", { class: "syn-view syn-app", role: "group", "aria-label": model.get("label") as string }, state, place);
      el.append(root);
      ownKeys(root);
      const unkeep = keepFocus(root);
      const unwatch = watchTheme(root, () => {}); // for its classes; what draws hears of it by itself
      kernel.watch((now) => (state.textContent = WORDS[now]));
      const back = putAway(model.get("still") as string);
      let end = () => {};
      try {
        end = mount(place, kernel);
      } catch (error) {
        place.append(note(`This view could not be drawn: ${String(error)}`));
        back();
      }
      return () => {
        unkeep();
        end();
        unwatch();
        kernel.stop();
        root.remove();
        back();
      };
    },
  };
}

// Hides the static snapshot of this view, and returns what shows it again.
function putAway(name: string): () => void {
  const found = Array.from(document.querySelectorAll<HTMLElement>("[data-syn-still]")).filter((one) => one.dataset.synStill === name);
  for (const one of found) one.style.display = "none";
  return () => found.forEach((one) => (one.style.display = ""));
}
