//! The pictures of the documentation, made from pages that really ran: only with PYOXIDE_SCREENSHOTS=1.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../lib/paths.mjs";
import { pictures } from "../lib/pages.mjs";

const FOLDER = join(ROOT, "docs/screenshots");

const LOOKS = {
  "": { colorScheme: "light", viewport: { width: 1280, height: 860 } },
  "-dark": { colorScheme: "dark", viewport: { width: 1280, height: 860 } },
  "-phone": { colorScheme: "light", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
};

const FIGURE = `import numpy as np
import matplotlib.pyplot as plt

x = np.linspace(0, 4 * np.pi, 400)
plt.figure(figsize=(6, 2.6))
plt.plot(x, np.sin(x) * np.exp(-x / 8))
plt.title("A damped wave")
plt.show()
print("largest value:", (np.sin(x) * np.exp(-x / 8)).max().round(3))
`;

const PAGES = {
  async index(kit, page) {
    await page.goto(`${(await kit.site()).origin}/`);
    await page.getByRole("heading").first().waitFor();
  },
  async notebook(kit, page) {
    const book = await kit.notebook({ page });
    await book.run(FIGURE);
    await pictures(book.output(1), 1);
    await book.is("Idle");
  },
  async files(kit, page) {
    const book = await kit.notebook({ page });
    await book.run("import pandas as pd\nbirds = pd.DataFrame({'name': ['owl', 'wren', 'heron'], 'wings': 2, 'song': ['hoo', 'trill', 'kraak']})\nbirds.to_csv('birds.csv', index=False)\nbirds");
    await book.is("Idle");
    await book.button("Files").click();
    await book.page.getByRole("button", { name: /^birds\.csv/ }).click();
    await book.page.getByRole("cell", { name: "kraak" }).first().waitFor();
  },
  async outputs(kit, page) {
    const book = await kit.notebook({ page });
    await book.run("import numpy as np\nimport sympy\nfrom IPython.display import Audio, Latex, display\nx = sympy.symbols('x')\ndisplay(sympy.Integral(sympy.sqrt(1 / x), x), sympy.Matrix([[1, x], [x**2, 0]]))\ndisplay(Latex(r'An area of $\\pi r^2$'))\nAudio(np.sin(2 * np.pi * 440 * np.arange(8000) / 8000), rate=8000)");
    await book.output(1).locator("audio").waitFor({ timeout: 90_000 });
    await book.output(1).locator(".math .katex").nth(2).waitFor();
    await book.is("Idle");
  },
  async variables(kit, page) {
    const book = await kit.notebook({ page });
    await book.run("import pandas as pd\nimport numpy as np\nbirds = pd.DataFrame({'name': ['owl', 'wren', 'heron'], 'wings': 2})\nheights = np.linspace(0, 4, 200).reshape(50, 4)\nplaces = {'oak': 3, 'barn': 1}\nnote = 'three nests in the old oak'\ndef count(nests, *, only_seen=True): return len(nests)\nbirds");
    await book.is("Idle");
    await book.button("Variables").click();
    await book.page.getByRole("rowheader", { name: "places" }).waitFor();
    if (page.viewportSize().width < 500) return;
    await book.write(1, "");
    await book.editor(1).pressSequentially("birds.des");
    await book.editor(1).press("Tab");
    await book.page.getByRole("option").first().waitFor();
  },
  async chat(kit, page) {
    const chat = await kit.chat({ page });
    await chat.ready();
    await chat.ask("Can you plot a sine for me?", "Done.");
    await pictures(chat.assistant.last(), await chat.assistant.last().getByRole("img").count());
  },
  async events(kit, page) {
    const chat = await kit.chat({ page });
    await chat.ready();
    const emit = (type, data) => ({ emit: { type, data } });
    await chat.does(
      emit("status", { description: "Read 3 field notes", done: true }),
      emit("status", { description: "Counting nests", done: false }),
      emit("embeds", { embeds: ["<p style='font: 1rem system-ui; margin: 1rem'>A <b>nest box</b> of the plugin, in a frame of its own.</p>"] }),
      emit("source", { source: { name: "Field notes, May" }, document: ["Three nests in the old oak."], metadata: [{ source: "https://notes.example/may", name: "Field notes, May" }] }),
      emit("source", { type: "code_execution", id: "c", name: "Count", code: "len(nests)", language: "python", result: { output: "3" } }),
      emit("chat:message:tasks", { tasks: [{ id: "1", content: "count the nests", status: "completed" }, { id: "2", content: "write it up", status: "in_progress" }] }),
      emit("notification", { type: "success", content: "The notes are in." }),
      { say: "There are **three nests** in the old oak." },
    );
    await chat.idle();
    await chat.page.frameLocator('iframe[title="Embed 1"]').getByText("nest box").waitFor();
    await chat.button("Toggle status history").click();
    await chat.assistant.last().scrollIntoViewIfNeeded();
  },
  async question(kit, page) {
    const chat = await kit.chat({ page });
    await chat.ready();
    const requestedSchema = { type: "object", required: ["name"], properties: { name: { type: "string", title: "Name of the nest", description: "As the map has it" }, eggs: { type: "integer", title: "Eggs" }, kind: { type: "string", title: "Kind", enum: ["owl", "wren"] }, seen: { type: "boolean", title: "Seen today" } } };
    await chat.does({ call: { type: "request:elicitation", data: { mode: "form", message: "What did you **see**?", server_name: "Bird watch", requestedSchema } } });
    await chat.dialog("Bird watch asks").getByRole("button", { name: "Confirm" }).click();
    await chat.dialog("Bird watch asks").getByText("Please fill this in.").waitFor();
  },
  async tools(kit, page) {
    const chat = await kit.chat({ page });
    await chat.ready();
    const chooser = page.waitForEvent("filechooser");
    await chat.button("Attach files").click();
    await (await chooser).setFiles([{ name: "birds.csv", mimeType: "text/csv", buffer: Buffer.from("name,wings\nowl,2\n") }]);
    await page.getByRole("list", { name: "Attached files" }).getByText("attached").waitFor();
    await chat.composer.fill("How many wings are there?");
    await chat.button("Tools").click();
  },
};

export const cases = {};
if (process.env.PYOXIDE_SCREENSHOTS === "1") {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, show] of Object.entries(PAGES)) {
    for (const [suffix, look] of Object.entries(LOOKS)) {
      cases[`${name}${suffix}.png`] = async (kit) => {
        const page = await kit.page({ ...look, reducedMotion: "reduce" });
        await show(kit, page);
        await page.screenshot({ path: join(FOLDER, `${name}${suffix}.png`), animations: "disabled", caret: "hide" });
      };
    }
  }
}
