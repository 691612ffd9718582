// What the tests are run with: packages, addresses, and the ids of what was made.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const surroundings = JSON.parse(process.env.SURROUNDINGS);
export const { ids, url } = surroundings;

const require = createRequire(`${surroundings.modules}/`);
export const { chromium } = require("playwright-core");
export const compiler = join(surroundings.modules, "typescript/bin/tsc");
export const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
