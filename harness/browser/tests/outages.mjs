// A server that goes away and comes back, with its store, at the same address.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send, startServer } from "../server.mjs";
import { surroundings } from "../surroundings.mjs";

// What Chromium says of a server that isn't there, or went away.
const expected = [/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET/];

test("outages: the page waits for a server that went away", async () => {
  const store = join(surroundings.folder, "away.db");
  let server = await startServer({ store });
  const { base, port } = server;
  try {
    await send("POST", "/assistants", { model: "gpt-4o", name: "Survivor" }, { base });
    await inTab(
      "#/files",
      async (page) => {
        await page.getByText("There are no files yet.").waitFor();
        await server.stop();
        await page.getByRole("link", { name: "Assistants" }).click();
        const banner = page.getByRole("status").getByText("The server can't be reached.");
        await banner.waitFor();
        server = await startServer({ store, port });
        await page.getByRole("link", { name: /Survivor/ }).waitFor();
        await banner.waitFor({ state: "detached" });
      },
      { base, expected },
    );
  } finally {
    await server.stop();
  }
});

test("outages: an upload that the server's end broke off can be sent again", async () => {
  const store = join(surroundings.folder, "upload.db");
  let server = await startServer({ store });
  const { base, port } = server;
  try {
    await inTab(
      "#/files",
      async (page) => {
        await page.getByText("There are no files yet.").waitFor();
        await server.stop();
        const file = { name: "late.txt", mimeType: "text/plain", buffer: Buffer.from("late") };
        await page.getByLabel("Upload files").setInputFiles(file);
        await page.getByRole("alert").getByText("The server broke off").waitFor();
        server = await startServer({ store, port });
        await page.getByRole("button", { name: "Try again" }).click();
        await page.getByRole("link", { name: /late\.txt/ }).waitFor();
      },
      { base, expected },
    );
  } finally {
    await server.stop();
  }
});

test("outages: a run goes on, and its answer is completed", async () => {
  const store = join(surroundings.folder, "run.db");
  let server = await startServer({ store });
  const { base, port } = server;
  try {
    const body = { model: "gpt-4o", name: "Teller" };
    const { id } = await send("POST", "/assistants", body, { base });
    await inTab(
      `#/playground?assistant=${id}`,
      async (page) => {
        await page.getByLabel("Message", { exact: true }).fill("Tell me a long story.");
        await page.keyboard.press("Enter");
        await page.getByText("The harbour master wrote").waitFor();
        await server.stop();
        await page.getByText("The server can't be reached.").waitFor();
        server = await startServer({ store, port });
        await page.getByRole("region", { name: "Run" }).getByText("completed").waitFor();
        const answer = page.getByRole("article", { name: /^Assistant/ });
        assert.equal(await answer.count(), 1);
        const text = await answer.locator(".parts").textContent();
        assert.equal(text.split("wrote it for.").length, 4, text);
      },
      { base, expected },
    );
  } finally {
    await server.stop();
  }
});

test("outages: what was typed meanwhile stays, and is sent when asked to", async () => {
  const store = join(surroundings.folder, "typed.db");
  let server = await startServer({ store });
  const { base, port } = server;
  try {
    const { id } = await send("POST", "/assistants", { model: "gpt-4o" }, { base });
    await inTab(
      `#/playground?assistant=${id}`,
      async (page) => {
        const field = page.getByLabel("Message", { exact: true });
        await field.waitFor();
        await server.stop();
        await field.fill("Are you back?");
        await page.keyboard.press("Enter");
        await page.getByText("The server can't be reached.").waitFor();
        assert.equal(await field.inputValue(), "Are you back?");
        server = await startServer({ store, port });
        await page.getByText("The server can't be reached.").waitFor({ state: "detached" });
        const answer = page.getByText("You said: Are you back?");
        // Either it is sent by itself, once, or when the visitor says so.
        await answer.or(page.getByRole("alert")).first().waitFor();
        if (!(await answer.isVisible())) await page.getByRole("button", { name: "Send" }).click();
        await answer.waitFor();
        assert.equal(await page.getByRole("article", { name: /^User/ }).count(), 1);
        assert.equal(await field.inputValue(), "");
      },
      { base, expected },
    );
  } finally {
    await server.stop();
  }
});
