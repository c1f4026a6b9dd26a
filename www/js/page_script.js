// Code of a server in the page itself, by the owner's choice. Its value comes back as JSON, so that nothing of it can
// act later; what JSON can't say throws here and is answered as an error.
const AsyncFunction = (async () => {}).constructor;

export async function run(code, limit) {
  // The newline keeps a comment at the end of the code from hiding what follows it.
  const value = new AsyncFunction(`${code}\n`)();
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error("the code took longer than a minute")), limit);
  });
  try {
    const text = JSON.stringify(await Promise.race([value, late]), (_, part) => (typeof part === "bigint" ? String(part) : part));
    return text ?? "null";
  } finally {
    clearTimeout(timer);
  }
}
