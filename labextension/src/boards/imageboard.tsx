// The dashboard of images: the bar of cohorts over its own tabs.
import { mounted, type Tabs } from "../dashboard/app";
import { Errors } from "../dashboard/errors";
import type { Mount } from "../live/host";
import { ClassedOverview } from "./classes";
import { Images } from "./images";
import { STYLE } from "./style";
import { Switched } from "./switched";

const TABS: Tabs = [
  ["Overview", ClassedOverview, () => true],
  ["Images", Images, () => true],
  ["Errors", Errors, (opened) => opened.judged],
  ["What if", Switched, () => true],
];

export const imageboard: Mount = (el, kernel) => mounted(el, kernel, TABS, STYLE);
