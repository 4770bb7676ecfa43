// The steps up to the algorithms: profile, target, split, features.
import { Columns } from "./columns";
import { Box, Choices, Drawn, Field } from "./parts";
import { setting, type All, type Given } from "./state";

const METRICS: Record<string, [string, string][]> = {
  binary: [
    ["AUC", "ranks a positive above a negative"],
    ["accuracy", "how often it is right; misleading when one class is rare"],
    ["f1", "precision and recall together"],
    ["log_loss", "how honest the probabilities are"],
  ],
  multiclass: [["accuracy", "how often it is right"], ["f1", "precision and recall, averaged over classes"], ["log_loss", "how honest the probabilities are"]],
  regression: [["rmse", "typical error, large ones weigh more"], ["mae", "typical error, all weigh alike"], ["r2", "share of the variation that is told"]],
};

export function Profile(given: Given) {
  const { all, click, busy } = given;
  const known = all.rows !== null;
  return (
    <div>
      {known ? <p class="syn-note">{all.rows?.toLocaleString()} rows, {all.columns.length.toLocaleString()} columns, counted by Spark over all rows.{all.sampled ? ` Giveaways were looked for in ${all.sampled.toLocaleString()} of them.` : ""}</p>
        : <p class="syn-note">{busy || "Not looked at yet."}</p>}
      {all.guardrails.length ? (
        <ul class="syn-b-guards">
          {all.guardrails.map((one) => (
            <li key={one.kind + one.column}>
              <span class="syn-warn" aria-hidden="true">!</span>
              <span><b>{one.sentence}.</b> <span class="syn-dim">Try: {one.advice}.</span></span>
              {one.fix ? <button type="button" class="syn-button" onClick={() => click(one.fix as never)}>Fix in the cell</button> : <span class="syn-dim">{"\u2713"} nothing to do in the cell</span>}
            </li>
          ))}
        </ul>
      ) : known ? <p class="syn-note">{"\u2713"} Nothing missing, constant, unique or given away.</p> : null}
      <Columns {...given} />
      {all.first ? <details class="syn-b-first" open><summary>First rows</summary><Drawn html={all.first} /></details> : null}
    </div>
  );
}

export function Target(given: Given) {
  const { all, click, ask, say, busy } = given;
  const target = all.form.target;
  const own = all.columns.find((column) => column.name === target);
  const looked = all.target === target && !!target;
  const total = own?.levels?.length ? all.rows ?? 0 : 0;
  const first = () => ask("first", { target }).catch((error: Error) => say(error.message));
  return (
    <div>
      <div class="syn-controls">
        <Field name="Column to predict">
          <select value={target} onChange={(event) => click({ op: "target", column: event.currentTarget.value })}>
            <option value="">none</option>
            {own || !target ? null : <option value={target}>{target} (there is no such column)</option>}
            {all.columns.map((column) => <option key={column.name} value={column.name}>{column.name}</option>)}
          </select>
        </Field>
        <button type="button" class="syn-button" disabled={!own} aria-disabled={!!busy} onClick={() => busy || void first()}>Write a first cell for it</button>
      </div>
      {looked && all.task ? <p><b>{all.task}</b> <span class="syn-dim">because {all.reason}</span></p> : looked ? <p class="syn-warn">{all.reason}</p> : target ? <p class="syn-note">{busy || "Look at the profile for its distribution."}</p> : null}
      {looked ? all.guardrails.filter((one) => one.column === target).map((one) => <p key={one.kind} class="syn-warn">{one.sentence}. Try: {one.advice}.</p>) : null}
      {looked && total ? (
        <div class="syn-b-levels">
          {own?.levels?.map(([level, count]) => (
            <div key={level}><span title={level}>{level}</span><i style={{ width: `${(100 * count) / total}%` }} /><small>{((100 * count) / total).toFixed(1)} %</small></div>
          ))}
        </div>
      ) : null}
      {all.form.verb === "tune" ? (
        <Field name="Be best in">
          <select value={String(setting(all, "metric")?.value ?? "")} onChange={(event) => click({ op: "option", name: "metric", text: event.currentTarget.value && `'${event.currentTarget.value}'` })}>
            <option value="">the usual metric</option>
            {(METRICS[all.task] ?? Object.values(METRICS).flat()).map(([name, words]) => <option key={name} value={name}>{name}: {words}</option>)}
          </select>
        </Field>
      ) : null}
    </div>
  );
}

export function Split({ all, click, soon }: Given) {
  const split = all.form.split;
  const part = split.train ?? 0.8;
  const kinds = [["share", "A share, drawn"], ["condition", "A condition"], ["none", "Nothing held out"]] as const;
  const choose = (kind: string) => click(kind === "share" ? { op: "split", train: 0.8 } : kind === "none" ? { op: "split" } : { op: "split", text: `${spelled(all.columns[0]?.name ?? "")} is not None` });
  const counted = all.rows === null ? "" : `about ${Math.round(all.rows * part).toLocaleString()} rows to train on, ${Math.round(all.rows * (1 - part)).toLocaleString()} to test on`;
  return (
    <div>
      <div class="syn-controls">
        {split.kind === "variable" ? <span>In the variable <code>{split.text}</code></span> : <Choices label="How rows are held out" value={split.kind} all={kinds} set={choose} />}
        {split.kind === "share" ? (
          <Field name="To train on">
            <input type="range" min="0.5" max="0.95" step="0.05" value={part} onInput={(event) => soon({ op: "split", train: Number(event.currentTarget.value) })} />
            <output>{Math.round(100 * part)} %</output>
          </Field>
        ) : null}
        {split.kind === "condition" ? <Box wide label="Condition on the rows to train on" value={split.text} set={(text) => click({ op: "split", text })} /> : null}
        <Field name="Seed" doc={all.options.seed?.doc}>
          <Box label="Seed" type="number" hint="42" value={setting(all, "seed")?.text ?? ""} set={(text) => click({ op: "option", name: "seed", text })} />
        </Field>
      </div>
      {split.kind === "share" || split.kind === "variable" ? <Whole {...{ all, click }} /> : null}
      <p class="syn-note">{split.kind === "share" ? counted : split.kind === "none" ? "Without rows held out the model cannot be judged honestly." : split.kind === "condition" ? "Rows that meet the condition are trained on; use it for dates, for keys and for parts that are given." : ""}</p>
      <Field name="Only rows where" doc={all.options.where?.doc}>
        <Box wide label="Only rows where" hint="age >= 18 and hours > 0" value={setting(all, "where")?.text ?? ""} set={(text) => click({ op: "option", name: "where", text })} />
      </Field>
    </div>
  );
}

// By what shares of the rows are drawn, beside chance: the time, or groups that stay whole.
function Whole({ all, click }: Pick<Given, "all" | "click">) {
  const [time, group] = [all.form.roles.time[0] ?? "", all.form.roles.group[0] ?? ""];
  const set = (role: string, before: string) => (column: string) => click(column ? { op: "role", column, role } : { op: "role", column: before, role: "" });
  return (
    <>
      <div class="syn-controls">
        <Field name="Test on the last by"><Pick label="Test on the last by" all={all} value={time} fits={(kind) => ["date", "numeric", ""].includes(kind)} none="chance" set={set("time", time)} /></Field>
        <Field name="Keep together"><Pick label="Keep together" all={all} value={group} fits={(kind) => kind !== "vector"} none="nothing" set={set("group", group)} /></Field>
      </div>
      {time ? <p class="syn-note">Learned from the first rows by {time}, tested on the last, as a model is used.</p>
        : group ? <p class="syn-note">All rows of one {group} are on the same side, so that none is tested on what was learned from it.</p> : null}
    </>
  );
}

function Pick(given: { label: string; all: All; value: string; none: string; fits(kind: string): boolean; set(column: string): void }) {
  const { all, value } = given;
  const offered = all.columns.filter((one) => one.name === value || (one.name !== all.form.target && given.fits(one.kind)));
  return (
    <select aria-label={given.label} value={value} onChange={(event) => given.set(event.currentTarget.value)}>
      <option value="">{given.none}</option>
      {value && !offered.some((one) => one.name === value) ? <option value={value}>{value} (there is no such column)</option> : null}
      {offered.map((one) => <option key={one.name} value={one.name}>{one.name}</option>)}
    </select>
  );
}

const KEYWORDS = new Set(
  ("False None True and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda nonlocal not or pass raise return try while with yield").split(" "),
);

// A column in a condition: bare where Python can spell it.
function spelled(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !KEYWORDS.has(name) ? name : `col(${JSON.stringify(name)})`;
}

export function Features(given: Given) {
  const { all, click } = given;
  const made = all.form.steps.find((step) => step.role === "features");
  const others = all.form.steps.filter((step) => step.role === "step");
  const on = (name: string) => made?.params.find((param) => param.name === name)?.value !== false;
  const flip = (name: string, value: boolean) => made && click(value ? { op: "param", step: made.index, name, mode: "default" } : { op: "param", step: made.index, name, value: false });
  return (
    <div>
      <p class="syn-note">{made ? `Line ${made.line}: ${made.stage} makes ${made.target || "features"} of ${all.form.columns.length.toLocaleString()} columns. No row is dropped.` : "Choose columns: Featurize makes one vector of numbers, categories, texts and dates."}</p>
      {made?.stage === "Featurize" ? (
        <div class="syn-controls">
          <label class="syn-control"><input type="checkbox" checked={on("oneHotEncodeCategoricals")} onChange={(event) => flip("oneHotEncodeCategoricals", event.currentTarget.checked)} /> a slot for each level of a category</label>
          <label class="syn-control"><input type="checkbox" checked={on("imputeMissing")} onChange={(event) => flip("imputeMissing", event.currentTarget.checked)} /> gaps take the mean</label>
        </div>
      ) : null}
      {others.length ? <p class="syn-note">Kept as written: {others.map((step) => `${step.target ? step.target + " = " : ""}${step.stage} (line ${step.line})`).join(", ")}</p> : null}
      <Columns {...given} />
    </div>
  );
}
