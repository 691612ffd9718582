// Assistants: listed, made, changed, deleted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { ids } from "../surroundings.mjs";

test("assistants: the list has them all", async () => {
  await inTab("#/assistants", async (page) => {
    for (const name of [/Clerk.*gpt-4o-mini/, /Pilot.*gpt-4o/, /Unnamed/]) {
      await page.getByRole("link", { name }).first().waitFor();
    }
    await page.getByRole("link", { name: /Clerk/ }).click();
    await page.getByRole("heading", { name: "Clerk" }).waitFor();
    assert.match(page.url(), new RegExp(ids.clerk));
  });
});
