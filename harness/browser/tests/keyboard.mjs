// The keyboard alone: an order that makes sense, a focus that is seen, Enter and Escape.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inTab, testEach, visit } from "../browser.mjs";
import { ids } from "../surroundings.mjs";
import { VIEWS } from "../views.mjs";

// More stops than any view has that is looked at here.
const MOST = 80;

testEach("keyboard: every control is reached in order, and its focus is seen", VIEWS, async (page, [address, text]) => {
  await visit(page, address);
  await page.getByText(text).first().waitFor();
  const { stops, unseen } = await walk(page);
  assert.deepEqual(unseen, []);
  const missing = await page.evaluate(unreached, stops);
  assert.deepEqual(missing, []);
  assert.deepEqual(stops, [...stops].sort((a, b) => a - b), "the order jumps");
});

// Press Tab until the focus leaves the page; each control is named by its number.
async function walk(page) {
  // As any key does, it ends what scrolls by itself.
  await page.keyboard.press("Shift");
  await page.evaluate(async () => {
    // The playground takes the focus once it is drawn.
    await new Promise(requestAnimationFrame);
    document.querySelectorAll("*").forEach((each, number) => (each.dataset.number = number));
    document.querySelector("a").focus({ focusVisible: true });
  });
  const stops = [];
  const unseen = [];
  for (let press = 0; press < MOST; press += 1) {
    const stop = await page.evaluate(() => {
      const at = document.activeElement;
      if (!at || at === document.body) return null;
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      return {
        number: Number(at.dataset.number),
        isSeen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        isThere: box.bottom > 0 && box.top < innerHeight && box.width > 0,
        html: at.outerHTML.slice(0, 120),
      };
    });
    if (!stop) break;
    if (stops.includes(stop.number)) break;
    stops.push(stop.number);
    if (!stop.isSeen || !stop.isThere) unseen.push(stop.html);
    await page.keyboard.press("Tab");
  }
  return { stops, unseen };
}

// Return the controls that Tab didn't come to.
function unreached(stops) {
  const controls = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  return [...document.querySelectorAll(controls)]
    .filter((each) => !each.disabled && each.checkVisibility({ visibilityProperty: true }))
    .filter((each) => !stops.includes(Number(each.dataset.number)))
    .map((each) => each.outerHTML.slice(0, 120));
}

test("keyboard: a question is asked and answered without a mouse", async () => {
  await inTab("#/assistants", async (page) => {
    await page.getByRole("link", { name: /Clerk/ }).waitFor();
    // Over the link that skips the navigation.
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Skip to the content");
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), "Playground");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Playground" }).waitFor();
    await page.waitForFunction(() => document.activeElement.id === "message");
    // Another test may have made an assistant since, which would be the first.
    await page.getByLabel("Assistant", { exact: true }).focus();
    await page.keyboard.type("Clerk");
    await page.locator("#message").focus();
    await page.keyboard.type("Good");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("day");
    assert.equal(await page.locator("#message").inputValue(), "Good\nday");
    await page.keyboard.press("Enter");
    await page.getByText("You said: Good").waitFor();
  });
});

test("keyboard: the navigation is skipped, and a new view has the focus", async () => {
  await inTab("#/files", async (page) => {
    await page.getByRole("link", { name: /curve\.png/ }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.type), "file");
    await page.getByRole("link", { name: /curve\.png/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("img", { name: "curve.png" }).waitFor();
    assert.equal(await focused(page), "curve.png");
    assert.match(await page.title(), /^curve\.png · /);
  });
});

test("keyboard: a dialog keeps the focus, and gives it back", async () => {
  await inTab(`#/vector_stores/${ids.store}`, async (page) => {
    const erase = page.getByRole("button", { name: "Delete" });
    await erase.focus();
    await page.keyboard.press("Enter");
    assert.equal(await focused(page), "Cancel");
    for (let press = 0; press < 4; press += 1) {
      await page.keyboard.press("Tab");
      const inside = await page.evaluate(() => {
        const at = document.activeElement;
        return at === document.body || Boolean(at.closest("dialog"));
      });
      assert.ok(inside, "the focus left the dialog");
    }
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), "Delete");
  });
});

function focused(page) {
  return page.evaluate(() => document.activeElement.textContent);
}
