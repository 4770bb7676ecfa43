// Elements in one call: h('button', { class: 'x', onclick: run }, 'Run').

type Child = Node | string | null | undefined | false;
type Given = Record<string, string | number | boolean | null | ((event: Event) => void)>;

export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  given: Given = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (typeof value === 'function') {
      made.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== false) {
      made.setAttribute(key, value === true ? '' : String(value));
    }
  }
  made.append(...children.filter((child): child is Node | string => !!child));
  return made;
}
