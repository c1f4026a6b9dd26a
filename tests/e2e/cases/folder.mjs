//! The files that code works with, in the panel beside the cells or the conversation: they come, go, and outlast the page.

import { readFileSync } from "node:fs";
import { contains, counted, eventually, ok, same } from "../lib/expect.mjs";
import { Notebook, cached } from "../lib/pages.mjs";

const CSV = 'name,song\nowl,"hoo, hoo"\nwren,trill\n';
const file = (name, text, mimeType = "text/plain") => ({ name, mimeType, buffer: Buffer.from(text) });

/** The panel of a page, opened by its button. */
class Folder {
  static async open(page) {
    await page.getByRole("button", { name: "Files", exact: true }).click();
    return new Folder(page);
  }

  constructor(page) {
    this.page = page;
    this.panel = page.getByRole("complementary", { name: "Files" });
    this.list = this.panel.getByRole("list", { name: "Files" });
  }

  row = (name) => this.list.getByRole("listitem").filter({ has: this.page.getByRole("button", { name: new RegExp(`^${name.replaceAll(".", "\\.")}( |\\d|$)`) }) });
  button = (name) => this.panel.getByRole("button", { name, exact: true });
  has = (name) => this.row(name).waitFor();
  misses = (name) => this.row(name).waitFor({ state: "detached" });
  look = (name) => this.row(name).getByRole("button", { expanded: false }).click();

  async add(...files) {
    const chooser = this.page.waitForEvent("filechooser");
    await this.button("Add files").click();
    await (await chooser).setFiles(files);
  }

  /** What `act` saves: { name, bytes }. */
  async saved(act) {
    const download = this.page.waitForEvent("download");
    await act();
    const given = await download;
    return { name: given.suggestedFilename(), bytes: readFileSync(await given.path()) };
  }
}

export const cases = {
  async "what is added is there for the code, and what code writes is in the list when it ends"(kit) {
    const book = await kit.notebook();
    const folder = await Folder.open(book.page);
    await folder.panel.getByText("No files yet").waitFor();
    await folder.add(file("birds.csv", CSV, "text/csv"));
    await folder.has("/mnt/uploads/birds.csv");
    await book.runs("text = open('/mnt/uploads/birds.csv').read()\nopen('shout.txt', 'w').write(text.upper())\nprint(len(text), 'read')", `${CSV.length} read`);
    await folder.has("shout.txt");
    // The kernel lives by now: what a person does reaches it all the same.
    await folder.add(file("second.txt", "two"));
    await folder.has("/mnt/uploads/second.txt");
    await folder.button("Delete: shout.txt").click();
    await folder.misses("shout.txt");
    await book.runs("import os\nprint(sorted(os.listdir('/mnt/uploads')), os.path.exists('shout.txt'))", "['birds.csv', 'second.txt'] False");
    await book.runs("os.remove('/mnt/uploads/second.txt')\nprint('removed')", "removed");
    await folder.misses("/mnt/uploads/second.txt");
    await folder.panel.getByText("1 file, ").waitFor();
  },

  async "what the person does while code runs is not undone when it ends"(kit) {
    const book = await kit.notebook();
    const folder = await Folder.open(book.page);
    await folder.add(file("a.txt", "first"), file("b.txt", "second"));
    await folder.has("/mnt/uploads/b.txt");
    await book.run("import time\nprint('busy', flush=True)\nend = time.monotonic() + 2\nwhile time.monotonic() < end: pass\nfor name in 'ab':\n    open(f'/mnt/uploads/{name}.txt', 'w').write('of the run')\nprint('over')");
    await book.shows("busy");
    await folder.button("Delete: /mnt/uploads/a.txt").click();
    await folder.add(file("b.txt", "third"));
    await folder.panel.getByText("b.txt: the new one is in the place of the old one.").waitFor();
    await book.shows("over");
    await book.is("Idle");
    await folder.misses("/mnt/uploads/a.txt");
    const { bytes } = await folder.saved(() => folder.button("Download: /mnt/uploads/b.txt").click());
    same(bytes.toString(), "third", "the file in the list");
    await book.runs("import os\nprint(os.listdir('/mnt/uploads'), open('/mnt/uploads/b.txt').read())", "['b.txt'] third");
  },

  async "files outlast the page and its kernel, and what was deleted stays so"(kit) {
    const book = await kit.notebook();
    await book.runs("open('kept.txt', 'w').write('from the first visit')\nopen('gone.txt', 'w').write('x')\nprint('written')", "written");
    const folder = await Folder.open(book.page);
    await folder.has("kept.txt");
    await folder.button("Delete: gone.txt").click();
    await folder.misses("gone.txt");
    await eventually(() => kept(book.page, "gone.txt").then((is) => !is), "the browser has forgotten it");
    await book.page.reload();
    const again = new Notebook(book.page);
    await again.runs("import os\nprint(open('kept.txt').read(), os.path.exists('gone.txt'))", "from the first visit False");
    await (await Folder.open(again.page)).has("kept.txt");
  },

  async "a file is looked at as what it is: a table, a picture, a text, and nothing in it runs"(kit) {
    const book = await kit.notebook();
    const folder = await Folder.open(book.page);
    const page = "<script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\">";
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><script>parent.document.title = 'ran'</script><rect width="40" height="20" fill="teal"/></svg>`;
    await folder.add(file("birds.csv", CSV), file("page.html", page), file("sign.svg", svg), file("bytes.bin", "\0\x01\x02"), file("empty.txt", ""), file("long.log", "a line\n".repeat(20_000)));
    await folder.look("/mnt/uploads/birds.csv");
    await folder.panel.getByRole("columnheader", { name: "song" }).waitFor();
    await folder.panel.getByRole("cell", { name: "hoo, hoo" }).waitFor();
    await folder.look("/mnt/uploads/page.html");
    await folder.panel.getByText("<script>document.title").waitFor();
    await folder.look("/mnt/uploads/sign.svg");
    const picture = folder.panel.getByRole("img", { name: "sign.svg" });
    await eventually(() => picture.evaluate((image) => image.complete && image.naturalWidth === 40), "the picture is drawn");
    await folder.look("/mnt/uploads/bytes.bin");
    await folder.panel.getByText("This file is no text and no picture").waitFor();
    await folder.look("/mnt/uploads/empty.txt");
    await folder.panel.getByText("This file is empty.").waitFor();
    await folder.look("/mnt/uploads/long.log");
    await folder.panel.getByText("Only the beginning is shown").waitFor();
    same(await book.page.title(), "Notebook · pyoxide", "the page's title");
  },

  async "a picture that is looked at changes with the file"(kit) {
    const book = await kit.notebook();
    const folder = await Folder.open(book.page);
    const draw = (width) => `import matplotlib.pyplot as plt\nplt.figure(figsize=(${width}, 1), dpi=100)\nplt.savefig('plot.png')\nplt.close()\nprint('drawn', ${width})`;
    await book.runs(draw(2), "drawn 2");
    await folder.look("plot.png");
    const width = () => folder.panel.getByRole("img", { name: "plot.png" }).evaluate((image) => image.complete && image.naturalWidth);
    await eventually(async () => (await width()) === 200, "the picture is drawn");
    await book.runs(draw(3), "drawn 3");
    await eventually(async () => (await width()) === 300, "the new picture is drawn in its place");
  },

  async "a file is renamed, deleted and brought back with the keyboard, and the focus is never lost"(kit) {
    const book = await kit.notebook();
    const folder = await Folder.open(book.page);
    await folder.add(file("a.txt", "first"), file("b.txt", "second"));
    await folder.has("/mnt/uploads/b.txt");
    const keyboard = book.page.keyboard;
    const focused = () => book.page.evaluate(() => document.activeElement.textContent);
    await folder.button("Rename: /mnt/uploads/a.txt").press("Enter");
    const field = folder.panel.getByRole("textbox", { name: "New name" });
    await field.waitFor();
    await field.fill("b.txt");
    await keyboard.press("Enter");
    await folder.panel.getByRole("alert").getByText("There is a /mnt/uploads/b.txt already.").waitFor();
    await folder.button("Rename: /mnt/uploads/a.txt").press("Enter");
    await field.fill("../../c.txt");
    await keyboard.press("Enter");
    await folder.has("/mnt/uploads/c.txt");
    await eventually(async () => (await focused()).startsWith("/mnt/uploads/c.txt"), "the renamed file has the focus");
    await folder.button("Rename: /mnt/uploads/c.txt").press("Enter");
    await field.waitFor();
    await keyboard.press("Escape");
    await eventually(async () => (await focused()).startsWith("/mnt/uploads/c.txt"), "the file has the focus again");
    await folder.button("Delete: /mnt/uploads/c.txt").press("Enter");
    await folder.misses("/mnt/uploads/c.txt");
    await eventually(async () => (await focused()) === "Undo", "the way back has the focus");
    await keyboard.press("Enter");
    await folder.has("/mnt/uploads/c.txt");
    await eventually(async () => (await focused()).startsWith("/mnt/uploads/c.txt"), "what came back has the focus");
    await book.runs("print(open('/mnt/uploads/c.txt').read(), open('/mnt/uploads/b.txt').read())", "first second");
    await keyboard.press("Escape");
    await folder.panel.press("Escape");
    await folder.panel.waitFor({ state: "detached" });
    await eventually(() => book.page.evaluate(() => document.activeElement.getAttribute("aria-label") === "Files"), "the button has the focus");
  },

  async "one in the place of another can be taken back, and what is too large is refused in words"(kit) {
    const book = await kit.notebook();
    const folder = await Folder.open(book.page);
    await folder.add(file("a.txt", "old"));
    await folder.has("/mnt/uploads/a.txt");
    await folder.add(file("a.txt", "new"));
    await folder.panel.getByText("a.txt: the new one is in the place of the old one.").waitFor();
    await folder.button("Undo").click();
    const { bytes } = await folder.saved(() => folder.button("Download: /mnt/uploads/a.txt").click());
    same(bytes.toString(), "old", "the file");
    await folder.add(file("large.bin", "x".repeat(31e6)));
    await folder.panel.getByRole("alert").getByText("large.bin is larger than 30 MB").waitFor();
    await counted(folder.list.getByRole("listitem"), 1, "files");
  },

  async "files that the browser has no room for are there while the page is, and that they go with it is said"(kit) {
    const book = await kit.notebook();
    const cdp = await book.page.context().newCDPSession(book.page);
    await cdp.send("Storage.overrideQuotaForOrigin", { origin: new URL(book.page.url()).origin, quotaSize: 1e6 });
    const folder = await Folder.open(book.page);
    await folder.add(file("small.txt", "s"));
    await folder.has("/mnt/uploads/small.txt");
    same(await folder.panel.getByRole("alert").count(), 0, "what is said of a file that has room");
    await book.run("open('large.bin', 'wb').write(b'x' * 5_000_000)\nprint(open('/mnt/uploads/small.txt').read(), 'written')");
    await book.shows("s written");
    await folder.panel.getByRole("alert").getByText("These files are gone when the page is closed: The browser has no room left for this page. Download what you want to keep").waitFor();
    await folder.has("large.bin");
    await book.button("Restart kernel").click();
    await book.runs("import os\nprint('still', os.path.getsize('large.bin'))", "still 5000000");
  },

  async "all files are saved as one archive that Python reads"(kit) {
    const book = await kit.notebook();
    const folder = await Folder.open(book.page);
    await folder.add(file("größe.txt", "eins"), file("empty.txt", ""));
    await book.runs("import os\nos.makedirs('out')\nopen('out/data.bin', 'wb').write(bytes(range(256)) * 1000)\nprint('written')", "written");
    await folder.has("out/data.bin");
    const { name, bytes } = await folder.saved(() => folder.button("Download all").click());
    same(name, "files.zip", "the archive's name");
    await folder.add({ name: "all.zip", mimeType: "application/zip", buffer: bytes });
    await folder.has("/mnt/uploads/all.zip");
    await book.runs(
      "import zipfile\nz = zipfile.ZipFile('/mnt/uploads/all.zip')\nprint(z.testzip(), sorted(z.namelist()), z.read('mnt/uploads/größe.txt').decode(), len(z.read('home/pyodide/out/data.bin')))",
      "None ['home/pyodide/out/data.bin', 'mnt/uploads/empty.txt', 'mnt/uploads/größe.txt'] eins 256000",
    );
  },

  async "files of a chat are dropped in, outlast the page, and go to the next message"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    await counted(chat.button("Files"), 0, "files of no chat");
    await chat.send("write one\n```python\nopen('/mnt/uploads/made.txt', 'w').write('made by code')\n```\n");
    await chat.replies("Done.");
    await chat.idle();
    const folder = await Folder.open(chat.page);
    await folder.has("/mnt/uploads/made.txt");
    await drop(folder, "dropped.txt", "dropped in");
    await folder.has("/mnt/uploads/dropped.txt");
    await eventually(() => kept(chat.page, "dropped.txt"), "the browser keeps it");
    const [context, id] = [chat.page.context(), new URL(chat.page.url()).searchParams.get("chat")];
    await chat.page.close();
    const again = await kit.chat({ chat: id, page: await context.newPage() });
    await again.replies("Done.");
    const reopened = await Folder.open(again.page);
    await reopened.has("/mnt/uploads/made.txt");
    await reopened.button("Attach to the message: /mnt/uploads/made.txt").click();
    await again.page.getByRole("list", { name: "Attached files" }).getByText("made.txt").waitFor();
    await eventually(async () => (await again.page.getByRole("list", { name: "Attached files" }).getByText("attached").count()) === 1, "it is stored");
    await again.send("read both\n```python\nprint(open('/mnt/uploads/made.txt').read(), '+', open('/mnt/uploads/dropped.txt').read())\n```\n");
    contains((await model.toolOutput("read both")).stdout, "made by code + dropped in", "what the code saw");
    await again.user.last().getByRole("list", { name: "Files" }).getByText("made.txt").waitFor();
    await again.idle();
    await again.button("New chat").click();
    await again.ask("another chat\n```python\nimport os\nprint(os.listdir('/mnt/uploads'))\n```\n", "Done.");
    contains((await model.toolOutput("another chat")).stdout, "[]", "what code of another chat sees");
    await again.idle();
  },

  async "a temporary chat begins without the files and variables of the one before"(kit) {
    const [chat, model] = [await kit.chat(), await kit.model()];
    await chat.ready();
    const temporary = async (name, code) => {
      await chat.button("New temporary chat").click();
      await chat.page.getByText("Temporary chat: nobody keeps it.").waitFor();
      await chat.ask(`${name}\n\`\`\`python\n${code}\n\`\`\`\n`, "Done.");
      await chat.idle();
      return (await model.toolOutput(name)).stdout;
    };
    contains(await temporary("the secret one", "secret = 42\nopen('/mnt/uploads/secret.txt', 'w').write('s')\nprint('written')"), "written", "the first");
    contains(await temporary("the next one", "import os\nprint(os.listdir('/mnt/uploads'), 'secret' in globals())"), "[] False", "the second");
    ok(!(await kept(chat.page, "secret.txt")), "nothing of it is kept");
  },
};

/** Whether the browser keeps a file whose path ends so. */
const kept = async (page, end) => (await cached(page)).some(({ cache, path }) => cache.startsWith("pyoxide-work") && path.endsWith(end));

/** Drops a file of the person's onto the panel. */
const drop = (folder, name, text) =>
  folder.panel.locator(".work-files").evaluate(
    (pane, [called, inside]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([inside], called));
      for (const type of ["dragover", "drop"]) pane.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
