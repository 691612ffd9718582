// Vector stores: made, filled, live while they are indexed, searched, deleted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send } from "../server.mjs";
import { ids } from "../surroundings.mjs";

test("vector stores: one is made, changed, and deleted", async () => {
  await inTab("#/vector_stores", async (page) => {
    await page.getByRole("button", { name: "New vector store" }).click();
    const dialog = page.getByRole("dialog", { name: "New vector store" });
    await dialog.getByLabel("Name").fill("Log books");
    await dialog.getByLabel("Expires after days").fill("7");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Log books" }).waitFor();
    const id = decodeURIComponent(page.url().split("/").at(-1));
    const made = await send("GET", `/vector_stores/${id}`);
    assert.deepEqual(made.expires_after, { anchor: "last_active_at", days: 7 });

    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Old books");
    await page.getByRole("dialog").getByLabel("Expires after days").fill("");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "Old books" }).waitFor();
    const changed = await send("GET", `/vector_stores/${id}`);
    assert.equal(changed.expires_after, null);

    await page.getByRole("button", { name: "Delete" }).click();
    const question = page.getByRole("dialog", { name: "Delete Old books?" });
    await question.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Vector stores" }).waitFor();
    await assert.rejects(send("GET", `/vector_stores/${id}`), /404/);
  });
});

test("vector stores: files are added, and their states are live", async () => {
  const store = await send("POST", "/vector_stores", { name: "Filling" });
  await inTab(`#/vector_stores/${store.id}`, async (page) => {
    await page.getByText("It has no files yet.").waitFor();
    await page.getByRole("button", { name: "Add a file that is here" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a file" });
    await dialog.getByRole("button", { name: "Add noise.bin" }).click();
    await dialog.getByText("Added").waitFor();
    await dialog.getByRole("button", { name: "Done" }).click();
    const rows = page.getByRole("list", { name: "Files of the vector store" });
    await rows.getByRole("link", { name: "noise.bin" }).waitFor();
    await rows.getByText("failed").first().waitFor();
    await page.locator("dl").getByText("1 failed").waitFor();

    await page.getByLabel("Upload files into it").setInputFiles({
      name: "winds.txt",
      mimeType: "text/plain",
      buffer: Buffer.from("A gale from the north-east closed the gates."),
    });
    await rows.getByRole("link", { name: "winds.txt" }).waitFor();
    await page.getByText("1 completed, 1 failed").waitFor();
    await rows.getByLabel("Text of winds.txt").click();
    await rows.getByText("A gale from the north-east").waitFor();

    await page.getByLabel("State").selectOption("failed");
    await rows.getByRole("link", { name: "winds.txt" }).waitFor({ state: "detached" });
    await rows.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.locator("dl").getByText("1 completed", { exact: true }).waitFor();
  });
});

test("vector stores: a search shows scores and passages", async () => {
  await inTab(`#/vector_stores/${ids.store}`, async (page) => {
    await page.getByLabel("Question").fill("highest water of the year");
    await page.keyboard.press("Enter");
    const first = page.getByRole("list", { name: "Results" }).getByRole("listitem").first();
    await first.getByRole("link", { name: "tides-2026.txt" }).waitFor();
    await first.getByText("7.2 m, after two days of wind").waitFor();
    const score = await first.getByRole("meter").getAttribute("aria-label");
    assert.match(score, /^Score 0\.\d\d$|^Score 1\.00$/);
    await page.getByLabel("Question").fill("xylophone");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing was found.").waitFor();
  });
});
