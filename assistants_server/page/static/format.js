/** Times, durations, sizes and numbers in words. */

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const numbers = new Intl.NumberFormat(undefined);

/**
 * Return a moment.
 *
 * @param {number | null | undefined} seconds since 1970
 */
export function moment(seconds) {
  return typeof seconds === "number" ? clock.format(new Date(seconds * 1000)) : "–";
}

/**
 * Return how long something took.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  // The API counts whole seconds.
  if (seconds < 1) return "under 1 s";
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** @param {number | null | undefined} value */
export function count(value) {
  return typeof value === "number" ? numbers.format(value) : "–";
}

/**
 * Return a size.
 *
 * @param {number | null | undefined} bytes
 */
export function size(bytes) {
  if (typeof bytes !== "number") return "–";
  if (bytes < 1024) return `${bytes} B`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1024;
    unit += 1;
  } while (value >= 1024 && unit < units.length - 1);
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/**
 * Return JSON in lines; a text that is none as it is.
 *
 * @param {any} value a text, or what was decoded already
 * @returns {string}
 */
export function pretty(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}
