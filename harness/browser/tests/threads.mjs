// Threads and runs: citations that open, images, refusals, and timelines that are live.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send } from "../server.mjs";
import { ids } from "../surroundings.mjs";

test("threads: the list leads to a conversation", async () => {
  await inTab("#/threads", async (page) => {
    await page.getByRole("link", { name: /When was the highest water/ }).click();
    await page.getByText("measured on 14 March").waitFor();
    assert.match(page.url(), new RegExp(ids.thread));
    const speakers = await page.getByRole("article").evaluateAll((all) =>
      all.map((each) => each.getAttribute("aria-label").split(",")[0]),
    );
    assert.deepEqual(speakers, Array(3).fill(["User", "Assistant"]).flat());
  });
});

test("threads: a citation opens its passage", async () => {
  await inTab(`#/threads/${ids.thread}`, async (page) => {
    await page.getByRole("button", { name: "Source 1: tides-2026.txt" }).click();
    const dialog = page.getByRole("dialog", { name: "Source 1: tides-2026.txt" });
    await dialog.locator("mark").getByText("measured on 14 March: 7.2 m").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const opener = page.getByRole("button", { name: "Source 1: tides-2026.txt" });
    assert.ok(await opener.evaluate((each) => each === document.activeElement));
    await page.getByRole("button", { name: "Source 2: boats.md" }).click();
    await page.getByRole("dialog").getByText("draws 2.1 m and needs").waitFor();
    await page.getByRole("dialog").getByRole("link", { name: "The file" }).click();
    await page.getByRole("heading", { name: "boats.md" }).waitFor();
  });
});

test("threads: images are seen, and a refusal is said to be one", async () => {
  await inTab(`#/threads/${ids.thread}`, async (page) => {
    const images = page.getByRole("article").getByRole("img", { name: "Image curve.png" });
    await images.first().waitFor();
    await images.last().scrollIntoViewIfNeeded();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("article img")].every((each) => each.naturalWidth === 480),
    );
    assert.equal(await images.count(), 2);
    const refusal = page.getByRole("article").filter({ hasText: "Refused" });
    await refusal.getByText("I can't help with moving somebody else's boat.").waitFor();
  });
});

test("threads: one is deleted when that is confirmed", async () => {
  const { id } = await send("POST", "/threads", {
    messages: [{ role: "user", content: "Soon forgotten" }],
  });
  await inTab(`#/threads/${id}`, async (page) => {
    await page.getByRole("button", { name: "Delete" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    // It goes when its closing is told, a moment later.
    await dialog.waitFor({ state: "hidden" });
    await send("GET", `/threads/${id}`);
    await page.getByRole("button", { name: "Delete" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Threads" }).waitFor();
    await assert.rejects(send("GET", `/threads/${id}`), /404/);
  });
});

test("runs: a timeline has steps, calls, what they returned, times and tokens", async () => {
  await inTab(`#/threads/${ids.thread}/runs`, async (page) => {
    await page.getByRole("link", { name: /completed/ }).last().click();
    const search = page.getByRole("article", { name: "File search" });
    await search.getByText("took").waitFor();
    await search.getByText("tokens").waitFor();
    await search.getByText("tides-2026.txt").first().waitFor();
    const message = page.getByRole("article", { name: "Message" });
    await message.getByText("measured on 14 March").waitFor();
    const run = await send("GET", `/threads/${ids.thread}/runs/${ids.run}`);
    const { prompt_tokens: read, completion_tokens: written } = run.usage;
    await page.getByText(`${read} in, ${written} out`).waitFor();
  });
  await inTab(`#/threads/${ids.thread}/runs/${ids.drawing}`, async (page) => {
    const code = page.getByRole("article", { name: "Code interpreter" });
    await code.getByText("print(max(heights))").waitFor();
    await code.getByText("7.2", { exact: true }).waitFor();
    await code.getByRole("img").waitFor();
  });
});

test("runs: one that failed or stopped early says why", async () => {
  await inTab(`#/threads/${ids.failed_thread}/runs/${ids.failed}`, async (page) => {
    await page.getByText("server_error: The gauge does not answer.").first().waitFor();
  });
  await inTab(`#/threads/${ids.incomplete_thread}/runs/${ids.incomplete}`, async (page) => {
    await page.getByText("It stopped early: max completion tokens.").waitFor();
  });
});

test("runs: a timeline is live, and takes outputs", async () => {
  const run = await send("POST", "/threads/runs", {
    assistant_id: ids.pilot,
    thread: { messages: [{ role: "user", content: "How is the tide in Hull?" }] },
  });
  await inTab(`#/threads/${run.thread_id}/runs/${run.id}`, async (page) => {
    const call = page.getByRole("article", { name: "Function" });
    await call.getByText("tide").waitFor();
    await call.getByText("Not given yet.").first().waitFor();
    const fields = page.locator("form.outputs").getByRole("textbox");
    await fields.first().fill("3 m");
    await fields.last().fill("a gale");
    await page.getByRole("button", { name: "Submit outputs" }).click();
    await page.getByRole("article", { name: "Message" }).getByText("wind: a gale.").waitFor();
    await call.getByText("3 m").waitFor();
  });
});

test("runs: what others do to a run is seen without loading anew", async () => {
  const run = await send("POST", "/threads/runs", {
    assistant_id: ids.clerk,
    thread: { messages: [{ role: "user", content: "Tell me an endless story." }] },
  });
  const path = `/threads/${run.thread_id}/runs/${run.id}`;
  await inTab(`#${path}`, async (page) => {
    await page.getByText("in progress").first().waitFor();
    await page.getByRole("article", { name: "Message" }).waitFor();
    await send("POST", `${path}/cancel`);
    await page.getByRole("region", { name: "Run", exact: true }).getByText("cancelled").waitFor();
  });
});
