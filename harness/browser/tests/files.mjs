// Files: uploaded with progress, listed, looked into, downloaded, deleted.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { inTab } from "../browser.mjs";
import { send } from "../server.mjs";
import { ids } from "../surroundings.mjs";

const TEXT = { name: "log.txt", mimeType: "text/plain", buffer: Buffer.from("low water\n") };

test("files: an upload is in the list, and the server has it", async () => {
  await inTab("#/files", async (page) => {
    await page.getByLabel("What for").selectOption("user_data");
    await page.getByLabel("Upload files").setInputFiles(TEXT);
    const row = page.getByRole("link", { name: /log\.txt.*user_data/ });
    await row.waitFor();
    const { data } = await send("GET", "/files?purpose=user_data");
    assert.deepEqual(
      data.map(({ filename, bytes }) => [filename, bytes]),
      [["log.txt", 10]],
    );
  });
});

test("files: an upload shows how far it is, and can be stopped", async () => {
  await inTab("#/files", async (page) => {
    const slow = await page.context().newCDPSession(page);
    await slow.send("Network.enable");
    await slow.send("Network.emulateNetworkConditions", {
      ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 },
    });
    const large = { name: "large.bin", mimeType: "", buffer: Buffer.alloc(6_000_000) };
    await page.getByLabel("Upload files").setInputFiles(large);
    const bar = page.getByRole("progressbar", { name: /large\.bin/ });
    const share = () => bar.evaluate((each) => each.value / each.max);
    await page.waitForFunction(() => document.querySelector("progress")?.value > 0);
    const early = await share();
    assert.ok(early > 0 && early < 1, `it says ${early}`);
    // It goes on while the visitor is elsewhere.
    await page.getByRole("link", { name: "Vector stores" }).click();
    await page.getByRole("link", { name: "Files", exact: true }).click();
    const later = await share();
    assert.ok(later >= early && later < 1, `it said ${early}, then ${later}`);
    await page.getByRole("button", { name: "Stop" }).click();
    await bar.waitFor({ state: "detached" });
    const { data } = await send("GET", "/files");
    assert.ok(!data.some(({ filename }) => filename === "large.bin"));
  });
});

test("files: one is dropped onto the page", async () => {
  await inTab("#/files", async (page) => {
    await page.locator(".drop").evaluate((zone) => {
      const carried = new DataTransfer();
      carried.items.add(new File(["dropped"], "dropped.txt"));
      for (const kind of ["dragover", "drop"]) {
        zone.dispatchEvent(new DragEvent(kind, { dataTransfer: carried }));
      }
    });
    await page.getByRole("link", { name: /dropped\.txt/ }).waitFor();
  });
});

test("files: a refused upload says why, and can be tried again", async () => {
  await inTab(
    "#/files",
    async (page) => {
      await page.route("**/v1/files", (route) => {
        const error = { message: "The disk is full.", type: "error", param: null, code: null };
        return route.fulfill({ status: 507, json: { error } });
      });
      await page.getByLabel("Upload files").setInputFiles({ ...TEXT, name: "again.txt" });
      await page.getByRole("alert").getByText("The disk is full.").waitFor();
      await page.unroute("**/v1/files");
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByRole("link", { name: /again\.txt/ }).waitFor();
      assert.equal(await page.getByRole("alert").count(), 0);
    },
    { expected: [/507/] },
  );
});

test("files: a text is seen and downloaded", async () => {
  await inTab("#/files", async (page) => {
    await page.getByRole("link", { name: /tides-2026\.txt/ }).click();
    await page.getByRole("heading", { name: "tides-2026.txt" }).waitFor();
    await page.getByText("Two boats lay dry until the evening.").waitFor();
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download" }).click();
    const download = await downloading;
    assert.equal(download.suggestedFilename(), "tides-2026.txt");
    const content = await readFile(await download.path(), "utf8");
    assert.match(content, /^Tides at Hull/);
  });
});

test("files: a picture is seen, what is neither is said to be", async () => {
  await inTab(`#/files/${ids.picture}`, async (page) => {
    const picture = page.getByRole("img", { name: "curve.png" });
    await picture.waitFor();
    await page.waitForFunction(() => document.querySelector("main img").naturalWidth === 480);
  });
  await inTab(`#/files/${ids.noise}`, async (page) => {
    await page.getByText("It is no text and no picture").waitFor();
  });
});

test("files: one is deleted when that is confirmed, and not before", async () => {
  const { id } = await upload("short-lived.txt", "soon gone");
  await inTab(`#/files/${id}`, async (page) => {
    const erase = page.getByRole("main").getByRole("button", { name: "Delete" });
    const dialog = page.getByRole("dialog", { name: "Delete short-lived.txt?" });
    await erase.click();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await send("GET", `/files/${id}`);
    await erase.click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Files" }).waitFor();
    assert.equal(await page.getByRole("link", { name: /short-lived/ }).count(), 0);
    await assert.rejects(send("GET", `/files/${id}`), /404/);
  });
});

test("files: one that isn't there is said not to be", async () => {
  await inTab("#/files/file-none", async (page) => {
    await page.getByRole("alert").getByText("file-none").waitFor();
  }, { expected: [/404/] });
});

async function upload(name, content) {
  const form = new FormData();
  form.append("purpose", "assistants");
  form.append("file", new File([content], name));
  return send("POST", "/files", form);
}
