// A thousand messages and two hundred steps: few nodes at once, and nothing stands still.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { ids } from "../surroundings.mjs";

// What a browser lays out without being felt, and how long a visitor doesn't notice.
const MOST_NODES = 12_000;
const OPENED = 3000;
const LONGEST_TASK = 250;

test("size: a thread of a thousand messages opens at once", async () => {
  await inTab("#/threads", async (page) => {
    await page.getByRole("heading", { name: "Threads" }).waitFor();
    const opened = await timed(async () => {
      await page.evaluate((hash) => (location.hash = hash), `#/threads/${ids.many_thread}`);
      await page.getByText("Message 1.").first().waitFor();
    });
    assert.ok(opened < OPENED, `it took ${opened} ms`);
    assert.ok((await nodes(page)) < MOST_NODES / 4);
    assert.equal(await page.getByText("Message 1000.").count(), 0);
    await page.getByRole("link", { name: "From the end" }).click();
    await page.getByText("Message 1000.").waitFor();
  });
});

test("size: a thousand messages are read to their end, and scrolled", async () => {
  await inTab(`#/threads/${ids.many_thread}`, async (page) => {
    await page.getByRole("button", { name: "Show later messages" }).waitFor();
    await watchTasks(page);
    // By the page's own means: to look for a button among a thousand messages takes long.
    await page.evaluate(async () => {
      const count = () => document.querySelectorAll("article").length;
      for (let more; (more = document.querySelector(".conversation > .foot button")); ) {
        const known = count();
        more.click();
        while (count() === known) await new Promise(requestAnimationFrame);
      }
    });
    assert.deepEqual(await longTasks(page), []);
    assert.equal(await page.evaluate(() => document.querySelectorAll("article").length), 1000);
    const known = await nodes(page);
    assert.ok(known < MOST_NODES, `there are ${known} nodes`);
    await scroll(page);
    assert.deepEqual(await longTasks(page), []);
  });
});

test("size: two hundred steps are a timeline that scrolls", async () => {
  await inTab(`#/threads/${ids.steps_thread}/runs`, async (page) => {
    await page.getByRole("link", { name: /completed/ }).waitFor();
    await watchTasks(page);
    const opened = await timed(async () => {
      await page.getByRole("link", { name: /completed/ }).click();
      await page.waitForFunction(() => document.querySelectorAll(".step").length === 201);
    });
    assert.ok(opened < OPENED, `it took ${opened} ms`);
    assert.ok((await nodes(page)) < MOST_NODES, `there are ${await nodes(page)} nodes`);
    await scroll(page);
    assert.deepEqual(await longTasks(page), []);
  });
});

test("size: a word of a megabyte doesn't hold up the page", async () => {
  await inTab("#/threads", async (page) => {
    await page.getByRole("heading", { name: "Threads" }).waitFor();
    await watchTasks(page);
    const opened = await timed(async () => {
      await page.evaluate((hash) => (location.hash = hash), `#/threads/${ids.hostile_thread}`);
      await page.getByText("HOSTILEWWW").first().waitFor();
    });
    assert.ok(opened < OPENED, `it took ${opened} ms`);
    assert.deepEqual(await longTasks(page), []);
  });
});

async function timed(act) {
  const started = performance.now();
  await act();
  return Math.round(performance.now() - started);
}

function nodes(page) {
  return page.evaluate(() => document.querySelectorAll("*").length);
}

async function watchTasks(page) {
  await page.evaluate(() => {
    window.tasks = [];
    new PerformanceObserver((list) => {
      window.tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)));
    }).observe({ type: "longtask" });
  });
}

async function longTasks(page) {
  await page.waitForTimeout(100);
  const found = await page.evaluate(() => window.tasks);
  return found.filter((duration) => duration > LONGEST_TASK);
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
