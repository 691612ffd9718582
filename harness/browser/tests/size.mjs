// A thousand messages and two hundred steps: few nodes at once, and nothing stands still.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab, visit } from "../browser.mjs";
import { ids } from "../surroundings.mjs";

// What a browser lays out without being felt, and for how long (in milliseconds) nobody
// notices that it is busy, on a machine that has other work as well.
const MOST_NODES = 12_000;
const OPENED = 3000;
const LONGEST_TASK = 250;
const ATTEMPTS = 3;

test("size: a thread of a thousand messages opens at once", async () => {
  await inTab("#/threads", async (page) => {
    await smoothly(page, OPENED, async () => {
      await visit(page, `#/threads/${ids.many_thread}`);
      await page.getByText("Message 1.").first().waitFor();
    });
    assert.ok((await nodes(page)) < MOST_NODES / 4);
    assert.equal(await page.getByText("Message 1000.").count(), 0);
    await page.getByRole("link", { name: "From the end" }).click();
    await page.getByText("Message 1000.").waitFor();
  });
});

test("size: a thousand messages are read to their end, and scrolled", async () => {
  await inTab("#/threads", async (page) => {
    await smoothly(page, Infinity, async () => {
      await visit(page, `#/threads/${ids.many_thread}`);
      await page.getByRole("button", { name: "Show later messages" }).waitFor();
      // By the page's own means: Playwright looks for a button among all messages.
      await page.evaluate(async () => {
        const count = () => document.querySelectorAll("article").length;
        for (let more; (more = document.querySelector(".conversation > .foot button")); ) {
          const known = count();
          more.click();
          while (count() === known) await new Promise(requestAnimationFrame);
        }
      });
    });
    assert.equal(await page.evaluate(() => document.querySelectorAll("article").length), 1000);
    const known = await nodes(page);
    assert.ok(known < MOST_NODES, `there are ${known} nodes`);
    await smoothly(page, Infinity, () => scroll(page));
  });
});

test("size: two hundred steps are a timeline that scrolls", async () => {
  await inTab("#/threads", async (page) => {
    await smoothly(page, OPENED, async () => {
      await visit(page, `#/threads/${ids.steps_thread}/runs/${ids.steps}`);
      await page.waitForFunction(() => document.querySelectorAll(".step").length === 201);
    });
    const known = await nodes(page);
    assert.ok(known < MOST_NODES, `there are ${known} nodes`);
    await smoothly(page, Infinity, () => scroll(page));
  });
});

test("size: a word of a megabyte doesn't hold up the page", async () => {
  await inTab("#/threads", async (page) => {
    await smoothly(page, OPENED, async () => {
      await visit(page, `#/threads/${ids.hostile_thread}`);
      await page.getByText("HOSTILEWWW").first().waitFor();
    });
    await smoothly(page, OPENED, () => scroll(page));
  });
});

// Do something within a time and without long tasks; again where the machine was busy.
async function smoothly(page, milliseconds, act) {
  let found = "";
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    await page.evaluate(() => {
      window.tasks = [];
      window.watching?.disconnect();
      window.watching = new PerformanceObserver((list) => {
        window.tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)));
      });
      window.watching.observe({ type: "longtask" });
    });
    const started = performance.now();
    await act();
    const taken = Math.round(performance.now() - started);
    // Tasks are told of a moment later.
    await page.waitForTimeout(50);
    const tasks = (await page.evaluate(() => window.tasks)).filter((each) => each > LONGEST_TASK);
    found = taken > milliseconds || tasks.length ? `${taken} ms, tasks of ${tasks} ms` : "";
    if (!found) return;
  }
  assert.fail(`it took ${found}`);
}

function nodes(page) {
  return page.evaluate(() => document.querySelectorAll("*").length);
}

// Scroll from the beginning to the end, by a page in each frame.
async function scroll(page) {
  await page.evaluate(async () => {
    scrollTo(0, 0);
    for (let frame = 0; frame < 200; frame += 1) {
      scrollBy(0, innerHeight);
      await new Promise(requestAnimationFrame);
      if (scrollY + innerHeight >= document.documentElement.scrollHeight) break;
    }
  });
}
