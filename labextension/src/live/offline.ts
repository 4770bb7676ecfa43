// Where the kernel is gone, what would ask it is switched off and says why. What works without it
// stays: parts that are marked by data-alone, and views that have their data with them.
// What is off already is left alone: to switch it off again would be a change, and would be heard.
const CONTROLS = "button:enabled, input:enabled, select:enabled, textarea:enabled";
const ALONE = "[data-alone], .syn-stage";

export function switchOff(place: HTMLElement, why: string): () => void {
  const off = () => {
    for (const one of Array.from(place.querySelectorAll<HTMLButtonElement>(CONTROLS))) {
      if (one.closest(ALONE)) continue;
      one.disabled = true;
      one.title = why;
    }
  };
  off();
  // What is drawn anew would be there again.
  const observer = new MutationObserver(off);
  observer.observe(place, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
  return () => observer.disconnect();
}
