//! What the scripted model says: the user's message names the script, the tool's output decides how it goes on.

const PLOT = `import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(0, 2 * np.pi, 200)
plt.plot(x, np.sin(x))
plt.title("sine")
print("before the figure")
plt.show()
print("after the figure")
`;

const TWO_FIGURES = `import matplotlib.pyplot as plt

print("first")
plt.figure(figsize=(4, 3))
plt.plot([1, 2, 3])
plt.show()
print("second")
plt.figure(figsize=(6, 3))
plt.bar(["a", "b"], [2, 1])
plt.show()
print("third")
`;

const RAISE = `print("one step was done")
raise ValueError("the second step cannot work")
`;

/** The lines of the script "print 20 MB": 100 bytes each, every one different. */
export const BIG_LINES = 200_000;
/** Line `i` of it, without its line end. */
export const bigLine = (i) => `${String(i).padStart(7, "0")} ${"x".repeat(91)}`;

const BIG = `for i in range(${BIG_LINES}):
    print(f"{i:07d} " + "x" * 91)
`;

/** Runs for some seconds, long enough for a test to cut the connection under it. */
const SLOW = `import time

print("slow work begins")
end = time.monotonic() + 4
while time.monotonic() < end:
    pass
print("slow work ends")
`;

const FOREVER = `print("endless work begins")
while True:
    pass
`;

/** The reply to "stream": `STREAM_FREE` pieces come at once, the others when the test releases them. */
export const STREAM_FREE = 15;
export const STREAM = [
  "## A growing reply\n\n",
  ...Array.from({ length: 30 }, (_, i) => `Word${i + 1} `),
  "\n\n```python\n",
  ..."print('a block that grows')\n".match(/.{1,6}\n?/g),
  "```\n\n",
  ...Array.from({ length: 20 }, (_, i) => `* point ${i + 1}\n`),
  "\nThe **last** words.",
];

const CODE = [
  ["two figures", TWO_FIGURES],
  ["print 20 MB", BIG],
  ["plot", PLOT],
  ["raise", RAISE],
  ["slow", SLOW],
  ["forever", FOREVER],
];

/** A fence in the message ("run this: …") is code to execute as it stands. */
const FENCE = /```python\n([^]*?)```/;

/** "tool add {"a": 1, "b": 2}", or "approve …" of it, is a call of that tool; without arguments it gets none. */
const TOOL = /^(?:tool|approve) (\w+)\s*(\{[^]*\})?/;

/** What "ask_user" asks, unless the message brings arguments of its own: "tool ask_user {…}". */
const QUESTIONS = {
  questions: [
    {
      id: "colour",
      header: "Colour",
      question: "Which colour shall it be?",
      options: [
        { label: "Red", description: "like a poppy" },
        { label: "Blue", description: "like the sea" },
      ],
    },
  ],
};

/**
 * What to answer to a request: `{ kind: "task", text }`, `{ kind: "stream" }`, `{ kind: "text", text }` or the call
 * of a tool, `{ kind: "call", name, arguments }`.
 */
export function answer(body) {
  const last = body.messages.at(-1);
  const prompt = text(body.messages.findLast((message) => message.role === "user"));
  if (!body.stream) return { kind: "task", text: task(prompt) };
  const tool = toolCall(prompt);
  if (last.role === "tool") return { kind: "text", text: tool ? `${tool.name} said: ${text(last)}` : comment(text(last)) };
  if (tool) return offered(body, tool.name) ? tool : { kind: "text", text: `I was given no tool named ${tool.name}.` };
  const fence = prompt.match(FENCE)?.[1];
  // What the server puts to a message about its files has the word, too.
  if (!fence && prompt.includes("stream")) return { kind: "stream" };
  const code = fence ?? CODE.find(([name]) => prompt.includes(name))?.[1];
  if (!code) return { kind: "text", text: `You said: ${prompt}` };
  if (!offered(body, "execute_code")) {
    return { kind: "text", text: "I was given no execute_code tool, so I cannot run anything." };
  }
  return { kind: "call", name: "execute_code", arguments: JSON.stringify({ code }) };
}

/** The call that a message asks for in so many words. */
function toolCall(prompt) {
  const [, name, json] = prompt.match(TOOL) ?? prompt.match(/^(ask_user)/) ?? [];
  const none = name === "ask_user" ? JSON.stringify(QUESTIONS) : "{}";
  return name && { kind: "call", name, arguments: json ?? none };
}

const offered = (body, name) => Boolean(body.tools?.some((tool) => tool.function?.name === name));

/** The text of a message, whose content may be a list of parts. */
export function text(message) {
  const content = message?.content ?? "";
  return typeof content === "string" ? content : content.map((part) => part.text ?? "").join("");
}

/** The closing words after a tool's output: the images in it again, as the server's prompt asks for. */
function comment(output) {
  const images = output.match(/!\[[^\]]*\]\([^)\s]+\)/g) ?? [];
  return images.length ? `Here is what I drew:\n\n${images.join("\n\n")}\n\nDone.` : "The code has run. Done.";
}

/** Titles, tags and follow-up questions are asked for by prompts of the server's own. */
function task(prompt) {
  if (/follow[- ]?up/i.test(prompt)) return JSON.stringify({ follow_ups: ["And then?", "Can you plot it?"] });
  if (/tags/i.test(prompt)) return JSON.stringify({ tags: ["Testing"] });
  return JSON.stringify({ title: "A scripted chat" });
}
