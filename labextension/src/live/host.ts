// Mounts a live widget: its place on the page, its line to the kernel, and the snapshot put away.
import { h, note } from "../dom";
import { watchTheme } from "../theme";
import { keepFocus } from "./focus";
import { ownKeys } from "./keys";
import { Kernel, type Channel, type State } from "./kernel";
import { switchOff } from "./offline";

// Draws into a place and returns what takes it down again.
export type Mount = (el: HTMLElement, kernel: Kernel) => () => void;

interface Widget {
  render(given: { model: Channel; el: HTMLElement }): () => void;
}

const WORDS: Record<State, string> = {
  ready: "",
  waiting: "Waiting for the kernel: it is busy with a cell, or gone.",
  lost: "This view is not live any more, since the kernel was restarted or stopped; what it shows stays. Run its cell again, after those that it needs.",
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
      let unlock = () => {};
      kernel.watch((now) => {
        state.textContent = WORDS[now];
        state.classList.toggle("syn-warn", now === "lost");
        if (now === "lost") unlock = switchOff(place, WORDS.lost);
      });
      const away = putAway(model.get("still") as string);
      root.append(away);
      let end = () => {};
      try {
        end = mount(place, kernel);
      } catch (error) {
        place.append(note(`This view could not be drawn: ${String(error)}`));
        away.remove();
      }
      return () => {
        unkeep();
        end();
        unwatch();
        unlock();
        kernel.stop();
        root.remove();
      };
    },
  };
}

// Hides the static snapshot of this view, wherever it is, for as long as this is on the page.
function putAway(name: string): HTMLElement {
  return h("style", {}, `[data-syn-still="${CSS.escape(name)}"] { display: none }`);
}
