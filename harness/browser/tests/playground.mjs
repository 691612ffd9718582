// The playground: an answer streams in, outputs are given by hand, a run is cancelled.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send } from "../server.mjs";
import { ids } from "../surroundings.mjs";

const status = async (page) => {
  const thread = new URLSearchParams(page.url().split("?")[1]).get("thread");
  const { data } = await send("GET", `/threads/${thread}/runs`);
  return data[0].status;
};

async function ask(page, text) {
  await page.getByLabel("Message", { exact: true }).fill(text);
  // Until a run is at its very end, Enter waits as the button does.
  await page.locator(".composer button:text-is('Send'):enabled").waitFor();
  await page.keyboard.press("Enter");
}

test("playground: an answer streams in while the run goes on", async () => {
  await inTab(`#/playground?assistant=${ids.clerk}`, async (page) => {
    await ask(page, "Tell me an endless story.");
    const answer = page.getByRole("article", { name: /^Assistant/ });
    await answer.getByText("The harbour master wrote").waitFor();
    assert.equal(await status(page), "in_progress");
    const lengths = [];
    for (let look = 0; look < 3; look += 1) {
      lengths.push((await answer.textContent()).length);
      await page.waitForFunction(
        (known) => document.querySelector("article:not(.user)").textContent.length > known,
        lengths.at(-1),
      );
    }
    assert.equal(await page.getByRole("article", { name: /^User/ }).count(), 1);
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("region", { name: "Run" }).getByText("cancelled").waitFor();
    assert.equal(await status(page), "cancelled");
  });
});

test("playground: a talk goes on in its thread, also after it was loaded anew", async () => {
  await inTab(`#/playground?assistant=${ids.clerk}`, async (page) => {
    await ask(page, "Good day!");
    await page.getByText("You said: Good day!").waitFor();
    await page.getByText("The answer is complete.").waitFor({ state: "attached" });
    await ask(page, "Good night!");
    await page.getByText("You said: Good night!").waitFor();
    await page.getByRole("region", { name: "Run" }).getByText("completed").waitFor();
    await page.reload();
    await page.getByText("You said: Good night!").waitFor();
    assert.equal(await page.getByRole("article").count(), 4);
    const chosen = await page.getByLabel("Assistant", { exact: true }).inputValue();
    assert.equal(chosen, ids.clerk);
  });
});

test("playground: an old talk is shown at its end, however late its images come", async () => {
  await inTab(`#/playground?thread=${ids.thread}`, async (page) => {
    const last = page.getByRole("article").filter({ hasText: "Refused" });
    await last.waitFor();
    await page.waitForFunction(() => {
      const images = [...document.querySelectorAll("article img")];
      const { bottom } = document.querySelector("article:last-of-type").getBoundingClientRect();
      const dock = document.querySelector(".dock").getBoundingClientRect();
      return images.some((each) => each.naturalWidth) && bottom <= dock.top;
    });
    await page.mouse.wheel(0, -2000);
    await page.waitForFunction(() => scrollY === 0);
  });
});

test("playground: outputs are given by hand", async () => {
  await inTab(`#/playground?assistant=${ids.pilot}`, async (page) => {
    await ask(page, "How high is the tide in Hull?");
    const form = page.locator("form.outputs");
    await form.getByText('"2026-11-28"').waitFor();
    assert.equal(await status(page), "requires_action");
    const fields = form.getByRole("textbox");
    assert.equal(await fields.count(), 2);
    await fields.first().fill("4 m");
    await fields.last().fill("calm");
    await form.getByRole("button", { name: "Submit outputs" }).click();
    await page.getByText("In Hull, tide: 4 m; wind: calm.").waitFor();
    assert.equal(await form.count(), 0);
    assert.equal(await status(page), "completed");
  });
});

test("playground: a run that failed says why, and what was typed goes on", async () => {
  await inTab(`#/playground?assistant=${ids.clerk}`, async (page) => {
    await ask(page, "What does the gauge say?");
    await page.getByRole("alert").getByText("The gauge does not answer.").waitFor();
    await ask(page, "Good day!");
    await page.getByText("You said: Good day!").waitFor();
  });
});

test("playground: what was typed stays where it is refused", async () => {
  await inTab(
    `#/playground?assistant=asst_none`,
    async (page) => {
      await ask(page, "Are you there?");
      await page.getByRole("alert").getByText("asst_none").waitFor();
      const typed = page.getByLabel("Message", { exact: true });
      assert.equal(await typed.inputValue(), "Are you there?");
      await page.getByRole("link", { name: "Files", exact: true }).click();
      await page.getByRole("heading", { name: "Files" }).waitFor();
      await page.goBack();
      await page.waitForFunction(() => document.querySelector("#message")?.value === "Are you there?");
    },
    { expected: [/404/] },
  );
});
