// What users, models and files may write: it is text everywhere, and harms nothing.
// `inTab` looks whether a script has run, a policy was violated, or the page was left.

import assert from "node:assert/strict";
import { test } from "node:test";
import { NARROW, inTab, overhangs, testEach, visit } from "../browser.mjs";
import { ids } from "../surroundings.mjs";

const PLACES = {
  "in a conversation": `#/threads/${ids.hostile_thread}`,
  "in a conversation, from its end": `#/threads/${ids.hostile_thread}?from=end`,
  "in a list of runs": `#/threads/${ids.hostile_thread}/runs`,
  "in a run": `#/threads/${ids.hostile_thread}/runs/${ids.hostile_runs[0]}`,
  "in a run with a long word": `#/threads/${ids.hostile_thread}/runs/${ids.hostile_runs[2]}`,
  "in the error of a run": `#/threads/${ids.hostile_thread}/runs/${ids.hostile_runs[4]}`,
  "in the calls of a run": `#/threads/${ids.hostile_waiting_thread}/runs/${ids.hostile_waiting}`,
  "in a form for outputs": `#/playground?thread=${ids.hostile_waiting_thread}`,
  "in the playground": `#/playground?thread=${ids.hostile_thread}`,
  "in the list of threads": "#/threads",
  "in the list of assistants": "#/assistants",
  "in an assistant": `#/assistants/${ids.hostile_assistant}`,
  "in the list of files": "#/files",
  "in a file": `#/files/${ids.hostile_file}`,
  "in the list of vector stores": "#/vector_stores",
  "in a vector store": `#/vector_stores/${ids.hostile_store}`,
};

testEach("hostile texts: wherever they are shown", PLACES, showHostile, { size: NARROW });

async function showHostile(page, address) {
  await visit(page, address);
  if (address === "#/threads") await reveal(page, ids.hostile_thread);
  const shown = page.getByText("HOSTILE").or(page.locator("[value*=HOSTILE]")).first();
  await shown.waitFor({ state: "attached" });
  // What is folded up is opened, all of it.
  for (const each of await page.locator("summary:visible").all()) await each.click();
  await page.waitForTimeout(50);
  assert.deepEqual(await strangers(page), []);
  assert.deepEqual(await overhangs(page), []);
}

// Scroll to the link of a thread: lists say what threads begin with when that is seen.
async function reveal(page, thread) {
  const link = page.locator(`a[href*="${thread}"]`);
  for (;;) {
    await page.getByRole("list", { name: /^Threads/ }).getByRole("link").first().waitFor();
    if (await link.count()) break;
    await page.getByRole("button", { name: "Show more" }).click();
  }
  await link.scrollIntoViewIfNeeded();
}

// Return what nobody but markup in a text can have made.
function strangers(page) {
  return page.evaluate(() => {
    const main = document.querySelector("main");
    const found = [...main.querySelectorAll("script, iframe, svg, object, embed, style, b")];
    const links = [...main.querySelectorAll("a[href], area, form[action], [formaction]")];
    const wrong = links.filter((each) => !/^(#|https?:)/.test(each.getAttribute("href") ?? ""));
    // In an image no script is run.
    const fine = /^(blob:|data:image\/)/;
    const images = [...main.querySelectorAll("img")].filter((each) => !fine.test(each.src));
    return [...found, ...wrong, ...images].map((each) => each.outerHTML.slice(0, 200));
  });
}

test("hostile texts: a direction that is never ended doesn't turn the page around", async () => {
  await inTab(`#/threads/${ids.hostile_thread}`, async (page) => {
    const message = page.getByRole("article").filter({ hasText: "gnp.exe" }).first();
    await message.waitFor();
    const head = await message.evaluate((each) => {
      const [speaker, time] = each.querySelector(".message-head").children;
      return speaker.getBoundingClientRect().left < time.getBoundingClientRect().left;
    });
    assert.ok(head, "what stands beside it is turned around");
  });
});

test("hostile texts: in what the address says", async () => {
  await inTab(
    "",
    async (page) => {
      for (const text of ["<img src=x onerror=harmed=1>", "javascript:harmed=1", "../../x", "%"]) {
        for (const view of ["threads", "assistants", "files", "vector_stores", "nothing"]) {
          await visit(page, `#/${view}/${encodeURIComponent(text)}`);
          await page.getByRole("alert").or(page.getByText("There is no such page")).first().waitFor();
          assert.deepEqual(await strangers(page), []);
        }
      }
    },
    { expected: [/404|400/] },
  );
});

test("hostile texts: in an error of the server, and in its very answer", async () => {
  const message = `<img src=x onerror="window.harmed=1">HOSTILE<script>window.harmed=2</script>`;
  const answers = [
    { status: 400, json: { error: { message, type: message, param: message, code: message } } },
    { status: 500, body: message, contentType: "text/html" },
    { status: 200, body: message, contentType: "text/html" },
    { status: 200, json: { data: null, message } },
    { status: 200, json: { data: [{ id: message, filename: { message } }], has_more: false } },
  ];
  for (const answer of answers) {
    await inTab(
      "#/vector_stores",
      async (page) => {
        await page.route("**/v1/files**", (route) => route.fulfill(answer));
        await page.getByRole("link", { name: "Files", exact: true }).click();
        await page.getByRole("alert").or(page.getByRole("heading", { name: "Files" })).first().waitFor();
        assert.deepEqual(await strangers(page), []);
      },
      { expected: [/400|500|SyntaxError|TypeError/] },
    );
  }
});
