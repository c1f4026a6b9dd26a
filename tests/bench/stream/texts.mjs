//! Texts of a wanted number of tokens, the same on every machine: a token is a delta of 3.9 characters on average.

/** Characters of a delta. */
export const DELTA = 3.9;
/** Deltas of a section of mixed Markdown, about. */
export const SECTION = 400;
/** Deltas of the long paragraph in the middle of a longer text. */
export const LONG_PARAGRAPH = 8_000;
/** Texts from this length on have it. */
const LONG = 32_000;
/** Texts from this length on are measured in windows. */
const LONGER = 4_000;
/** The last words of every text. */
export const END = "The very last words.";

const WORDS = "the of a stream parser renders tokens while open blocks close and frozen nodes stay where they were drawn so that no frame pays twice for what it has seen before in a message that goes on".split(" ");

/** Numbers that look random and are the same each time. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const words = (next, count) => Array.from({ length: count }, () => WORDS[next(WORDS.length)]).join(" ");

/** A section: each kind of block once, about `SECTION` deltas. */
function section(next, number) {
  const w = (count) => words(next, count);
  return `## ${number}. About ${w(3)}

The ${w(18)}, **${w(2)}** and *${w(2)}* with \`${w(1)}_${next(99)}\`, see [${w(2)}](https://example.org/${next(999)}/page). ${w(30)}.

- ${w(8)}
- ${w(5)} with \`code\`
  - ${w(6)}
  - ${w(5)}
- [x] ${w(6)}

| ${w(1)} | ${w(1)} | number |
|:--|:-:|--:|
| ${w(2)} | ${w(2)} | ${next(9999)} |
| ${w(2)} | **${w(1)}** | ${next(9999)} |
| ${w(2)} | ${w(2)} | ${next(9999)} |

\`\`\`python
def ${w(1)}_${next(99)}(x: int) -> float:
    """${w(5)}"""
    total = sum(i * ${next(99)} for i in range(x))
    if total > ${next(999)}:
        return total / ${1 + next(9)}
    return float(total)
\`\`\`

> ${w(14)}
> ${w(9)}.

Inline $a_${next(9)}^2 + b^2 = c^2$ and ${w(6)}:

$$\\sum_{k=0}^{${next(99)}} \\frac{x^k}{k!} \\approx e^x$$

1. ${w(9)}
2. ${w(7)}, ~~${w(1)}~~ ${w(3)}

${w(36)}.

`;
}

/** One paragraph without an end of line. */
function paragraph(next, deltas) {
  let text = "";
  while (text.length < deltas * DELTA) text += `${words(next, 12)}, **${words(next, 2)}** and \`${words(next, 1)}\`. `;
  return `${text.trim()}\n\n`;
}

/** The text as deltas, each a few characters. */
export function deltasOf(text) {
  const count = Math.ceil(text.length / DELTA);
  return Array.from({ length: count }, (_, at) => text.slice(Math.floor(at * DELTA), Math.floor((at + 1) * DELTA)));
}

/** Windows that are measured: from which delta, how many, and for how many deltas each stands. A short text is all measured. */
function windowsOf(starts, length, middle) {
  const after = Math.max(2, Math.floor(starts.length / 10));
  const [first, last] = [{ from: starts[after - 2], to: starts[after] }, { from: starts.at(-2), to: length }];
  const sized = ({ from, to }, stands) => ({ from, count: to - from, stands: stands ?? to - from });
  if (length < LONGER) return [sized(first), sized({ from: first.to, to: last.from }), sized(last)];
  const rest = length - (middle ? LONG_PARAGRAPH : 0);
  const long = middle && { from: middle + LONG_PARAGRAPH / 2, count: SECTION, stands: LONG_PARAGRAPH };
  return [sized(first, rest / 2), long, sized(last, rest / 2)].filter(Boolean);
}

/** Mixed Markdown of about `length` tokens: `{ deltas, windows }`; the first and the last window are of the same make. */
export function mixed(length) {
  const next = numbers(length);
  let text = "";
  let middle;
  const starts = [];
  for (let number = 1; text.length < length * DELTA - SECTION; number++) {
    if (length >= LONG && !middle && text.length > length * DELTA * 0.4) {
      middle = Math.ceil(text.length / DELTA);
      text += paragraph(next, LONG_PARAGRAPH);
    }
    starts.push(Math.ceil(text.length / DELTA));
    text += section(next, number);
  }
  const deltas = deltasOf(text + END);
  return { deltas, windows: windowsOf(starts, deltas.length, middle) };
}

/** What one block of each kind is made of: its head, a line of it, its foot. */
const KINDS = {
  "code block": ["```python\n", (next) => `value_${next(999)} = compute(${next(99)}, "${words(next, 3)}")  # ${words(next, 3)}\n`, "```\n"],
  table: ["| name | words | number |\n|:--|---|--:|\n", (next) => `| ${words(next, 2)} | ${words(next, 4)} | ${next(9999)} |\n`, ""],
  list: ["", (next) => `- ${words(next, 5)} **${words(next, 1)}** ${words(next, 4)}\n`, ""],
  paragraph: ["", (next) => `${words(next, 12)}, *${words(next, 2)}* and \`${words(next, 1)}\`. `, "\n"],
};
export const kinds = Object.keys(KINDS);

/** One block of a kind, of about `length` tokens. */
export function single(kind, length) {
  const [head, line, foot] = KINDS[kind];
  const next = numbers(kind.length);
  let text = head;
  while (text.length < length * DELTA) text += line(next);
  const deltas = deltasOf(text + foot);
  const tenth = Math.floor(deltas.length / 10);
  const at = (from) => ({ from, count: SECTION, stands: deltas.length / 2 });
  return { deltas, windows: [at(tenth - SECTION), at(deltas.length - SECTION - 10)] };
}

/** A chat of 32,000 tokens: questions and answers, the last answer of 8,000; `marks` are the ends of its messages. */
export function stored() {
  const sizes = [3_000, 5_000, 2_000, 6_000, 4_000, 4_000, 8_000];
  const messages = {};
  const marks = [];
  let parentId = null;
  const add = (id, more) => {
    if (parentId) messages[parentId].childrenIds.push(id);
    messages[id] = { id, parentId, childrenIds: [], done: true, ...more };
    parentId = id;
  };
  sizes.forEach((size, number) => {
    add(`u${number}`, { role: "user", content: `Question ${number}?`, models: ["host"] });
    marks.push(`End of answer ${number}.`);
    const text = mixed(size).deltas.join("").slice(0, -END.length);
    add(`a${number}`, { role: "assistant", model: "host", content: text + marks.at(-1) });
  });
  return { history: { messages, currentId: parentId }, marks };
}
