// The dashboard: tabs over one explanation, each asked of the kernel when it is first looked at.
import { render } from "preact";
import type { Mount } from "../live/host";
import type { Payload } from "../model";

export const dashboard: Mount = (el, kernel) => {
  void kernel.ask("open").then((opened: Payload) => render(<p class="syn-title">{opened.title as string}</p>, el));
  return () => render(null, el);
};
