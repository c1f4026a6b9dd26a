//! Waiting for what must come true, and saying what was seen when it does not.

/** How long anything may take on a busy machine, unless the caller says otherwise. */
export const PATIENCE = 30_000;

/** Fails with `message` unless `value` is truthy; gives `value` back. */
export function ok(value, message) {
  if (!value) throw new Error(message);
  return value;
}

/** Fails unless `seen` and `wanted` are the same by JSON. */
export function same(seen, wanted, what) {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: expected ${clip(b)}, saw ${clip(a)}`);
}

/** Fails unless `text` contains every one of `parts` (strings or patterns), in this order. */
export function contains(text, parts, what) {
  let at = 0;
  for (const part of [parts].flat()) {
    const rest = text.slice(at);
    const found = part instanceof RegExp ? rest.match(part) : rest.includes(part) && { 0: part, index: rest.indexOf(part) };
    if (!found) throw new Error(`${what}: expected ${part} ${at ? `after character ${at} ` : ""}in ${clip(text)}`);
    at += found.index + found[0].length;
  }
}

/** Asks `probe` again and again until it gives something truthy, and gives that back. */
export async function eventually(probe, what, timeout = PATIENCE) {
  const end = Date.now() + timeout;
  let error;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      error = undefined;
    } catch (e) {
      error = e;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${timeout / 1000} s${error ? ` (${error.message})` : ""}`);
    await new Promise((resume) => setTimeout(resume, 50));
  }
}

/** Waits until there are `wanted` elements. */
export const counted = (locator, wanted, what) => eventually(async () => (await locator.count()) === wanted, `${what}: ${wanted}`);

/** Gives `promise`, or fails with a sentence once the time is up. */
export async function within(promise, what, timeout = PATIENCE) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what}: not within ${timeout / 1000} s`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** `text` short enough for one line of a report. */
export function clip(text, most = 400) {
  const line = String(text).replace(/\n/g, "⏎");
  return line.length <= most ? line : `${line.slice(0, most / 2)} … ${line.slice(-most / 2)} (${line.length} characters)`;
}
