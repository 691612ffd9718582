// The key, the policy against scripts, and a server that goes away and comes back.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send, startServer } from "../server.mjs";
import { surroundings } from "../surroundings.mjs";

const KEY = "sk-of-the-tests-0123456789";

test("access: the key is asked for, refused if wrong, and then used", async () => {
  const server = await startServer({ key: KEY });
  try {
    await send("POST", "/assistants", { model: "gpt-4o", name: "Guarded" }, { ...server, key: KEY });
    await inTab(
      "#/assistants",
      async (page) => {
        const dialog = page.getByRole("dialog", { name: "This server wants a key" });
        const field = dialog.getByLabel("Key");
        await field.fill("sk-wrong");
        await page.keyboard.press("Enter");
        await dialog.getByRole("alert").getByText("wrong").waitFor();
        assert.equal(await field.inputValue(), "");
        await field.fill(KEY);
        await page.keyboard.press("Enter");
        await page.getByRole("link", { name: /Guarded/ }).waitFor();
        // From here on nobody is asked again, not for uploads either.
        await page.getByRole("link", { name: "Files", exact: true }).click();
        const file = { name: "a.txt", mimeType: "text/plain", buffer: Buffer.from("a") };
        await page.getByLabel("Upload files").setInputFiles(file);
        await page.getByRole("link", { name: /a\.txt/ }).waitFor();
        assert.equal(await page.getByRole("dialog").count(), 0);
        const kept = await page.evaluate(() => [
          ...[localStorage, sessionStorage].map((each) => JSON.stringify({ ...each })),
          document.cookie,
          location.href,
          document.documentElement.outerHTML,
        ]);
        assert.ok(!kept.some((each) => each.includes(KEY)), "the key is kept, or shown");
      },
      { base: server.base, expected: [/401/] },
    );
  } finally {
    await server.stop();
  }
});

test("access: without the key nothing is shown, and it is asked for again", async () => {
  const server = await startServer({ key: KEY });
  try {
    await inTab(
      "#/files",
      async (page) => {
        await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
        await page.getByRole("alert").getByText("key is missing").waitFor();
        await page.getByRole("button", { name: "Try again" }).click();
        await page.getByRole("dialog").getByLabel("Key").fill(KEY);
        await page.keyboard.press("Enter");
        await page.getByText("There are no files yet.").waitFor();
      },
      { base: server.base, expected: [/401/] },
    );
  } finally {
    await server.stop();
  }
});

test("access: scripts and markup of others are refused by the policy", async () => {
  await inTab(
    "#/files",
    async (page) => {
      const outcome = await page.evaluate(async () => {
        const script = document.createElement("script");
        // A text node is no assignment that trusted types would look at.
        script.append("window.ran = 1");
        document.head.append(script);
        const button = document.createElement("button");
        const attempts = {
          handler: () => button.setAttribute("onclick", "window.ran = 2"),
          markup: () => (button.innerHTML = "<b>x</b>"),
          elsewhere: () => fetch("http://127.0.0.1:9/"),
        };
        const ends = {};
        for (const [name, attempt] of Object.entries(attempts)) {
          try {
            await attempt();
            ends[name] = "was done";
          } catch (error) {
            ends[name] = error.name;
          }
        }
        return { ...ends, ran: window.ran };
      });
      assert.deepEqual(outcome, {
        handler: "TypeError",
        markup: "TypeError",
        elsewhere: "TypeError",
        ran: undefined,
      });
      const violated = await page.evaluate(() => window.violations.join());
      for (const each of ["script-src", "require-trusted-types-for", "connect-src"]) {
        assert.ok(violated.includes(each), `${each} is not in ${violated}`);
      }
    },
    { expected: [/^policy: /, /^console: /, /^request: http:\/\/127\.0\.0\.1:9\//] },
  );
});

test("access: the page waits for a server that went away", async () => {
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
      { base, expected: [/ERR_CONNECTION_REFUSED/] },
    );
  } finally {
    await server.stop();
  }
});

test("access: an upload that the server's end broke off can be sent again", async () => {
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
      { base, expected: [/ERR_CONNECTION_REFUSED/] },
    );
  } finally {
    await server.stop();
  }
});
