// Keeps the focus in a view that redraws: what takes it away with itself, or can no longer be
// pressed, hands it on to what then stands in its place.
const ABLE = "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex='0']";

export function keepFocus(root: HTMLElement): () => void {
  let last: Element | null = null;
  let place = 0;
  const able = () => Array.from(root.querySelectorAll<HTMLElement>(ABLE));
  const got = (event: FocusEvent) => {
    last = event.target as Element;
    place = able().indexOf(last as HTMLElement);
  };
  const left = (event: FocusEvent) => {
    if (event.relatedTarget) last = null;
    // Who pressed beside it has left it; what is being taken away is not there any more by then.
    else queueMicrotask(() => last && usable(last) && (last = null));
  };
  const redrawn = () => {
    if (!last) return;
    if (usable(last)) place = able().indexOf(last as HTMLElement);
    else if (isNowhere(last)) next(able(), place)?.focus({ preventScroll: true });
  };
  const observer = new MutationObserver(redrawn);
  observer.observe(root, { subtree: true, childList: true, attributeFilter: ["disabled", "hidden"] });
  root.addEventListener("focusin", got);
  root.addEventListener("focusout", left);
  return () => observer.disconnect();
}

function usable(one: Element): boolean {
  return one.isConnected && !one.matches(":disabled") && one.getClientRects().length > 0;
}

function isNowhere(last: Element): boolean {
  const now = document.activeElement;
  return !now || now === document.body || now === last;
}

function next(all: HTMLElement[], place: number): HTMLElement | undefined {
  return all.slice(Math.max(place, 0)).find(usable) ?? all.slice(0, Math.max(place, 0)).reverse().find(usable);
}
