// Fields that keep what is typed into them, also while it is no value yet and while answers come.
import type { ComponentChildren, JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

type Own = Omit<JSX.IntrinsicElements["input"], "value" | "onInput" | "onChange" | "type">;

interface NumberGiven extends Own {
  value: number | null;
  set(value: number | null): void; // null where the field was emptied
  done?: boolean; // tells the value when it is left, and not with every key
}

// The browser alone writes into the field, but for values that come from elsewhere: never while it
// is typed into, since what is typed may be ahead of the value.
export function NumberField({ value, set, done, ...own }: NumberGiven) {
  const field = useRef<HTMLInputElement>(null);
  const write = () => {
    if (field.current && read(field.current) !== value) field.current.value = value === null ? "" : String(value);
  };
  useLayoutEffect(() => {
    if (done || !field.current?.matches(":focus")) write();
  }, [value]);
  const tell = (event: JSX.TargetedEvent<HTMLInputElement>) => {
    const typed = read(event.currentTarget);
    if (typed !== undefined) set(typed);
  };
  return <input step="any" {...own} ref={field} type="number" onInput={done ? undefined : tell} onChange={done ? tell : undefined} onKeyDown={done ? onEnter(tell) : undefined} onBlur={write} />;
}

// In the notebook of JupyterLab, Enter in a field makes no change known by itself.
function onEnter(tell: (event: JSX.TargetedEvent<HTMLInputElement>) => void): (event: JSX.TargetedKeyboardEvent<HTMLInputElement>) => void {
  return (event) => event.key === "Enter" && tell(event);
}

// Nothing where what is typed is no number, such as a minus alone.
function read(field: HTMLInputElement): number | null | undefined {
  if (field.validity.badInput) return undefined;
  return field.value === "" ? null : field.valueAsNumber;
}

interface TextGiven extends Own {
  value: string | null;
  set(value: string | null): void;
  children?: ComponentChildren; // what is offered
}

// A text that is told when it is done; an empty one is a missing one.
export function TextField({ value, set, list, children, ...own }: TextGiven) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (field.current) field.current.value = value ?? "";
  }, [value]);
  const tell = (event: JSX.TargetedEvent<HTMLInputElement>) => {
    const typed = event.currentTarget.value || null;
    if (typed !== value) set(typed);
  };
  return (
    <>
      <input {...own} ref={field} list={list} onChange={tell} onKeyDown={onEnter(tell)} />
      <datalist id={list as string}>{children}</datalist>
    </>
  );
}
