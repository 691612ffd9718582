// The types that the page's modules state in JSDoc.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { compiler } from "../surroundings.mjs";

test("types: the page's modules agree with them", () => {
  const project = join(import.meta.dirname, "../tsconfig.json");
  const words = [compiler, "--project", project, "--pretty", "false"];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
});
