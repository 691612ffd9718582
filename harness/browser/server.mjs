// Servers that tests start and stop themselves, and requests to any of them.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { surroundings, url } from "./surroundings.mjs";

const children = new Set();
// Also where a test is broken off.
process.once("exit", () => children.forEach((each) => each.kill("SIGKILL")));

export async function startServer({ port = 0, key = "", store = "", more = [] } = {}) {
  const [python, ...words] = surroundings.server;
  const given = ["--port", port, "--engine", surroundings.engine, ...more];
  if (store) given.push("--store", store);
  const child = spawn(python, [...words, ...given.map(String)], {
    cwd: surroundings.root,
    env: { ...process.env, ASSISTANTS_LOCAL_KEY: key || undefined },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  const ended = once(child, "exit").finally(() => children.delete(child));
  const greeting = once(createInterface(child.stdout), "line");
  const [line] = await Promise.race([greeting, ended]);
  if (typeof line !== "string") throw new Error(`the server ended with ${line}`);
  const base = line.split("/v1")[0];
  return {
    base,
    port: Number(new URL(base).port),
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

// Send a request of the API, as any other client would.
export async function send(method, path, body, { base = url, key = "none" } = {}) {
  const isForm = body instanceof FormData;
  const headers = { authorization: `Bearer ${key}` };
  if (body && !isForm) headers["content-type"] = "application/json";
  const response = await fetch(`${base}/v1${path}`, {
    method,
    headers,
    body: isForm || !body ? body : JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}
