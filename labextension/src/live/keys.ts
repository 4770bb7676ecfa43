// The keys inside a view are its own: Enter sends a form, and Escape leaves the view.

export function ownKeys(root: HTMLElement): void {
  root.addEventListener("focusin", keep);
  root.addEventListener("keydown", send);
  root.addEventListener("keydown", leaving());
}

// JupyterLab takes keys for itself unless the focused element, and not one around it, says no.
function keep(event: FocusEvent): void {
  if (event.target instanceof Element) event.target.setAttribute("data-lm-suppress-shortcuts", "true");
}

// From the cell around it the arrow keys go to the other cells, without a Tab over all that is here.
// In a field Escape has work of its own first: it ends a word that is being composed, clears what is
// searched for, and closes what is offered.
function leaving(): (event: KeyboardEvent) => void {
  let closed: EventTarget | null = null; // the field in which the last key was Escape
  return (event) => {
    const { target } = event;
    const before = closed;
    closed = null;
    if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
    if (target instanceof HTMLInputElement && target.type === "search" && target.value) return clear(event, target);
    if (target instanceof HTMLInputElement && target.list && target !== before) return void (closed = target);
    (event.currentTarget as Element).closest<HTMLElement>(".jp-Cell")?.focus({ preventScroll: true });
  };
}

// Some browsers do it by themselves, others do not.
function clear(event: KeyboardEvent, field: HTMLInputElement): void {
  event.preventDefault();
  field.value = "";
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// In the notebook of JupyterLab, Enter in a field does nothing by itself.
function send(event: KeyboardEvent): void {
  const { target } = event;
  if (event.key !== "Enter" || event.isComposing || !(target instanceof HTMLInputElement) || !target.form) return;
  event.preventDefault(); // elsewhere, it would be sent twice
  target.form.querySelector<HTMLButtonElement>("[type=submit]")?.click();
}
