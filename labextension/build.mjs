// Bundles the views into the one script that every output carries with it, and each live widget
// into a module of its own.
import { build } from "esbuild";
import { mkdir, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const views = join(here, "..", "synapse_magic", "views", "static");
const widgets = join(here, "..", "synapse_magic", "notebook", "static");

const common = {
  bundle: true,
  minify: true,
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
};

await mkdir(views, { recursive: true });
await build({
  ...common,
  entryPoints: [join(source, "index.ts")],
  outfile: join(views, "runtime.js"),
  format: "iife",
  globalName: "synapseMagicRuntime",
});

await mkdir(widgets, { recursive: true });
await build({
  ...common,
  entryPoints: (await readdir(join(source, "widgets"))).map((name) => join(source, "widgets", name)),
  outdir: widgets,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
});
