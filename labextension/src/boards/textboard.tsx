// The dashboard of texts: the bar of cohorts over its own tabs.
import { mounted, type Tabs } from "../dashboard/app";
import { Errors } from "../dashboard/errors";
import type { Mount } from "../live/host";
import { ClassedOverview } from "./classes";
import { Edited } from "./edited";
import { TextMap } from "./map";
import { Sides } from "./sides";
import { STYLE } from "./style";
import { Texts } from "./texts";
import type { PartsOpened } from "./types";
import { Words } from "./words";

const TABS: Tabs = [
  ["Overview", ClassedOverview, () => true],
  ["Words", Words, () => true],
  ["Errors", Errors, (opened) => opened.judged],
  ["Texts", Texts, () => true],
  ["Map", TextMap, (opened) => !!(opened as PartsOpened).mapped],
  ["What if", Edited, () => true],
  ["Compare", Sides, (opened) => opened.compares],
];

export const textboard: Mount = (el, kernel) => mounted(el, kernel, TABS, STYLE);
