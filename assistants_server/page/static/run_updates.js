/** What happens in a run: from its events, or by looking at it again and again. */

import { ApiError, newKey, part, poll, stream } from "./api.js";
import { pause } from "./visible.js";

const MOST = 2000;
// How often in a row a server may fail to say how a run is.
const MOST_FAILURES = 5;

/** States in which a run does nothing more by itself. */
const RESTING = ["requires_action", "completed", "failed", "cancelled", "expired", "incomplete"];

/** @param {any} run */
export function isResting(run) {
  return RESTING.includes(run.status);
}

/** @param {any} run */
export function hasEnded(run) {
  return isResting(run) && run.status !== "requires_action";
}

/**
 * Return whether the data of an event is the run, and not one of its steps.
 *
 * @param {string} event
 */
export function isOfRun(event) {
  return /^thread\.run\.[a-z_]+$/.test(event);
}

/** @param {any} run */
export function runPath(run) {
  return `/threads/${part(run.thread_id)}/runs/${part(run.id)}`;
}

/**
 * Yield the events of a run that a POST starts or continues.
 *
 * Where they break off, because the server or the network went away, the run is looked at
 * instead, and what it has become is yielded as its events would be; `isSeen` says so,
 * since nothing tells what it has written.
 *
 * @param {string} path
 * @param {any} body
 * @param {AbortSignal} signal
 * @param {any} [run] the run, if there is one already
 * @returns {AsyncGenerator<{event: string, data: any, isSeen?: boolean}>}
 */
export async function* runEvents(path, body, signal, run = null) {
  const once = newKey();
  let hasBegun = false;
  for (;;) {
    try {
      for await (const update of stream(path, body, { signal, once })) {
        if (update.event === "done") return;
        hasBegun = true;
        if (isOfRun(update.event)) run = update.data;
        yield update;
      }
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof ApiError) {
        const known = error.code === "idempotent_stream" ? namedIn(error.message) : null;
        if (!known) throw error;
        run = known;
        hasBegun = true;
      }
    }
    // Without an event nobody knows what became of it; the server does, by the key.
    if (run && hasBegun) break;
    await pause(MOST / 2, signal);
  }
  for await (const now of runStates(run, signal, isResting)) {
    yield { event: `thread.run.${now.status}`, data: now, isSeen: true };
  }
}

/**
 * Yield a run as it is now, and again whenever it was asked for.
 *
 * @param {any} run
 * @param {AbortSignal} signal
 * @param {(run: any) => boolean} isOver whether that was the last time
 */
async function* runStates(run, signal, isOver) {
  for (let wait = 0, failures = 0; ; ) {
    let answer;
    try {
      answer = await poll(runPath(run), { signal });
      failures = 0;
    } catch (error) {
      failures += 1;
      if (!isPassing(error) || failures > MOST_FAILURES) throw error;
      await pause(MOST, signal);
      continue;
    }
    const { body, pollAfter } = answer;
    yield body;
    if (isOver(body)) return;
    wait = Math.min(MOST, Math.max(pollAfter, 300, wait * 1.3));
    await pause(isResting(body) ? MOST : wait, signal);
  }
}

/**
 * Return what follows a run that somebody else carries on, until it has ended.
 *
 * Others may give the outputs that it waits for, cancel it, or let it expire.
 *
 * @param {AbortSignal} signal
 * @param {(run: any) => void | Promise<void>} shown called with the run, again and again
 */
export function runWatch(signal, shown) {
  let stop = new AbortController();
  return {
    halt: () => stop.abort(),
    /** @param {any} run */
    async follow(run) {
      stop.abort();
      stop = new AbortController();
      const either = AbortSignal.any([signal, stop.signal]);
      try {
        for await (const now of runStates(run, either, hasEnded)) await shown(now);
      } catch (error) {
        if (!either.aborted) throw error;
      }
    },
  };
}

/**
 * Return whether it makes sense to ask again.
 *
 * @param {unknown} error
 */
function isPassing(error) {
  return error instanceof ApiError && (error.status === 429 || error.status >= 500);
}

/**
 * Return what a run does, by an event of one of its steps; nothing if it says nothing.
 *
 * @param {any} data
 */
export function doingOf(data) {
  const details = data.delta?.step_details ?? data.step_details;
  if (details?.type === "message_creation") return "writes";
  const call = details?.tool_calls?.at(-1);
  if (call?.type === "file_search") return "searches files";
  if (call?.type === "code_interpreter") return "runs code";
  if (call?.function?.name) return `calls ${call.function.name}`;
  return "";
}

/**
 * Return the run that an error names: one whose events are not sent again.
 *
 * @param {string} message
 */
function namedIn(message) {
  const [, id, thread] = /(run_\w+) in (thread_\w+)/.exec(message) ?? [];
  return id ? { id, thread_id: thread } : null;
}
