// The keys inside a view are its own: Enter sends a form, and Escape leaves the view.

export function ownKeys(root: HTMLElement): void {
  root.addEventListener("focusin", keep);
  root.addEventListener("keydown", send);
  root.addEventListener("keydown", leave);
}

// JupyterLab takes keys for itself unless the focused element, and not one around it, says no.
function keep(event: FocusEvent): void {
  if (event.target instanceof Element) event.target.setAttribute("data-lm-suppress-shortcuts", "true");
}

// From the cell around it the arrow keys go to the other cells, without a Tab over all that is here.
function leave(event: KeyboardEvent): void {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  (event.currentTarget as Element).closest<HTMLElement>(".jp-Cell")?.focus({ preventScroll: true });
}

// In the notebook of JupyterLab, Enter in a field does nothing by itself.
function send(event: KeyboardEvent): void {
  const { target } = event;
  if (event.key !== "Enter" || event.isComposing || !(target instanceof HTMLInputElement) || !target.form) return;
  event.preventDefault(); // elsewhere, it would be sent twice
  target.form.querySelector<HTMLButtonElement>("[type=submit]")?.click();
}
