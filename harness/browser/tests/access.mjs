// The key, and the policy against scripts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send, startServer } from "../server.mjs";

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

const REFUSED = [/^policy: /, /^console: /, /^request: http:\/\/127\.0\.0\.1:9\//];
// What somebody who found a way to write into the page could write.
const INJECTED = `
  <script>window.ran = "script"</script>
  <script src="http://127.0.0.1:9/x.js"></script>
  <img src="x" onerror="window.ran = 'handler'">
  <iframe srcdoc="<script>parent.ran = 'frame'</script>"></iframe>
  <style>main { display: none }</style>
  <base href="http://127.0.0.1:9/">
  <form action="http://127.0.0.1:9/" id="leave"></form>`;

test("access: markup that was written into the page is refused by the policy", async () => {
  await inTab(
    "#/files",
    async (page) => {
      await page.route(/:\d+\/$/, async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replace("<body>", `<body>${INJECTED}`);
        await route.fulfill({ response, body });
      });
      await page.reload();
      await page.getByRole("link", { name: /curve\.png/ }).waitFor();
      await page.evaluate(() => document.querySelector("#leave").submit());
      const ran = await page.evaluate(() => window.ran);
      assert.equal(ran, undefined);
      const violated = await page.evaluate(() => window.violations.join("\n"));
      for (const each of ["script-src-elem", "script-src-attr", "style-src", "base-uri", "form-action"]) {
        assert.ok(violated.includes(each), `${each} is not in ${violated}`);
      }
    },
    // The frame is there, and inherits the policy.
    { expected: [...REFUSED, /^navigation: about:srcdoc/] },
  );
});

test("access: the page can't be made to write markup, or to ask others", async () => {
  await inTab(
    "#/files",
    async (page) => {
      const ends = await page.evaluate(async () => {
        const node = document.createElement("div");
        const attempts = {
          handler: () => node.setAttribute("onclick", "window.ran = 1"),
          markup: () => (node.innerHTML = "<b>x</b>"),
          script: () => (document.createElement("script").text = "window.ran = 2"),
          elsewhere: () => fetch("http://127.0.0.1:9/"),
        };
        const found = {};
        for (const [name, attempt] of Object.entries(attempts)) {
          try {
            await attempt();
            found[name] = "was done";
          } catch (error) {
            found[name] = error.name;
          }
        }
        return found;
      });
      const refused = "TypeError";
      assert.deepEqual(ends, {
        ...{ handler: refused, markup: refused, script: refused, elsewhere: refused },
      });
    },
    { expected: REFUSED },
  );
});
