// Bundles the views into the one script that every output carries with it.
import { build } from "esbuild";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "..", "synapse_magic", "views", "static");

await mkdir(folder, { recursive: true });
await build({
  entryPoints: [join(here, "src", "index.ts")],
  outfile: join(folder, "runtime.js"),
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "synapseMagicRuntime",
  target: "es2020",
  charset: "ascii",
  legalComments: "none",
});
