// Assistants: listed, made, changed, tried, deleted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send } from "../server.mjs";
import { ids } from "../surroundings.mjs";

const FUNCTION = {
  type: "function",
  function: { name: "wind", parameters: { type: "object", properties: {} } },
};

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

test("assistants: one is made, changed, tried, and deleted", async () => {
  await inTab("#/assistants", async (page) => {
    await page.getByRole("link", { name: "New assistant" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Bosun");
    await page.getByLabel("Model", { exact: true }).fill("gpt-4o");
    await page.getByLabel("Instructions").fill("Be brief.");
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("heading", { name: "Bosun" }).waitFor();
    const id = page.url().split("/").at(-1);
    const made = await send("GET", `/assistants/${id}`);
    assert.equal(made.instructions, "Be brief.");

    await page.getByLabel("Description").fill("Knows the ropes.");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Saved.", { exact: true }).first().waitFor();
    const changed = await send("GET", `/assistants/${id}`);
    assert.deepEqual(
      { ...changed, description: null },
      { ...made, description: null },
      "what wasn't changed has changed",
    );
    assert.equal(changed.description, "Knows the ropes.");

    await page.getByRole("link", { name: "Try it" }).click();
    await page.getByLabel("Message", { exact: true }).fill("Ahoy!");
    await page.keyboard.press("Enter");
    await page.getByText("You said: Ahoy!").waitFor();
    await page.goto(`${page.url().split("#")[0]}#/assistants/${id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Assistants" }).waitFor();
    await assert.rejects(send("GET", `/assistants/${id}`), /404/);
  });
});

test("assistants: what the server refuses is said where it is wrong", async () => {
  const { id } = await send("POST", "/assistants", { model: "gpt-4o", tools: [FUNCTION] });
  await inTab(
    `#/assistants/${id}`,
    async (page) => {
      const field = page.getByLabel("Temperature");
      await field.fill("7");
      await page.getByRole("button", { name: "Save" }).click();
      await page.waitForFunction(() => document.activeElement.getAttribute("aria-invalid") === "true");
      assert.ok(await field.evaluate((each) => each === document.activeElement));
      const { temperature, tools } = await send("GET", `/assistants/${id}`);
      assert.notEqual(temperature, 7);
      assert.deepEqual(tools[0].function.name, "wind");
    },
    { expected: [/400/] },
  );
});
