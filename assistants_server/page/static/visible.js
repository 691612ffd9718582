/** What is done only when it can be seen: for long lists. */

/** @type {WeakMap<Element, () => void>} */
const waiting = new WeakMap();
const observer = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      waiting.get(target)?.();
      waiting.delete(target);
    }
  },
  { rootMargin: "300px" },
);

/**
 * Call something once, when a node comes near to where it can be seen.
 *
 * @param {Element} node
 * @param {() => void} act
 */
export function whenSeen(node, act) {
  waiting.set(node, act);
  observer.observe(node);
}

/**
 * Wait, unless the visitor leaves; longer while nobody looks at the window.
 *
 * @param {number} milliseconds
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
      signal.removeEventListener("abort", leave);
    };
    const go = () => {
      end();
      resolve();
    };
    const leave = () => {
      end();
      reject(signal.reason);
    };
    const look = () => {
      if (!document.hidden) go();
    };
    const timer = setTimeout(go, document.hidden ? Math.max(milliseconds, 15000) : milliseconds);
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", leave);
    if (signal.aborted) leave();
  });
}
