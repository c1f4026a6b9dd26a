/** How a kernel is started. */
export interface KernelStartOptions {
  /** The engine that runs the code. This version has "pyodide". */
  engine?: "pyodide";
  /** Where the Python distribution is, a URL; default: `pyodide/` beside this module. */
  pyodide?: string;
  /**
   * A name under which this browser keeps the files of /mnt/uploads and /home/pyodide for the next kernel of this name;
   * default: they live as long as the kernel. It should belong to one person and one piece of work.
   */
  files?: string;
  /**
   * Hosts that Python may reach, separated by spaces: "https://api.example.org https://*.example.com"; "pypi" for the index of
   * Python packages. Requests carry no cookies and follow no redirects. Default: none.
   */
  network?: string;
  /** Another index of packages: the address of one (PEP 691), with "{package_name}" in it. Its host must be in `network`. */
  packageIndex?: string;
  /** The most memory of the interpreter, in MiB; default: 1024. Code that wants more gets a MemoryError. */
  memory?: number;
  /** Hears each change of the kernel's status. */
  onStatus?: (status: KernelStatus) => void;
  /** Hears how far long steps are; `total` is 0 while it isn't known. */
  onProgress?: (progress: { text: string; done: number; total: number }) => void;
  /** Asked when code calls `input()`; `null` is end of file. Without it every `input()` gets end of file. */
  onInput?: (request: { prompt: string; password: boolean }) => string | null | Promise<string | null>;
}
export type KernelStatus = "off" | "starting" | "idle" | "busy" | "dead";
export interface ExecuteOptions {
  /** Written to /mnt/uploads before the code runs. */
  files?: { name: string; data: Uint8Array | ArrayBuffer | string }[];
  /** Time the code may take in ms, loading of packages and waiting for input() apart; default: no limit. */
  timeoutMs?: number;
  /**
   * `output`: bytes of text that are streamed (default 1 MiB), the rest comes as files; `result`: bytes of the result's JSON
   * (1 MiB); `figures`: how many are shown at a time (20).
   */
  limits?: { output?: number; result?: number; figures?: number };
}
/** A value by media type; raster images, audio and video are bytes, all else is text. */
export type MimeBundle = Record<string, string | Uint8Array>;
export type Output =
  | { type: "stream"; name: "stdout" | "stderr"; text: string }
  | { type: "display_data" | "execute_result"; data: MimeBundle; metadata: unknown; displayId?: string }
  | { type: "update_display_data"; data: MimeBundle; metadata: unknown; displayId: string }
  | { type: "clear_output"; wait: boolean }
  | { type: "error"; ename: string; evalue: string; traceback: string[] };
export interface ExecuteReply {
  status: "ok" | "error" | "aborted";
  executionCount: number;
  stdout: string;
  stderr: string;
  /** The last expression's value as JSON; null if there was none. */
  result: unknown;
  error?: { ename: string; evalue: string; traceback: string[] };
  /** The run's figures, and output over its limit, as files. */
  files: { name: string; type: string; data: Uint8Array }[];
}
/** One run. */
export interface Run {
  readonly id: string;
  /** Everything the run puts out, as it comes; ends with the run. */
  readonly outputs: AsyncIterable<Output>;
  /** How the run ended. Never rejects: an exception in the code is `status: "error"`. */
  readonly reply: Promise<ExecuteReply>;
}

/** What fits at a place of some code. Places are counted as JavaScript counts them, in UTF-16 units. */
export interface Completions {
  /** Where the text begins and ends that a match takes the place of. */
  start: number;
  end: number;
  matches: { text: string; type: "function" | "class" | "variable" | "property" | "method" | "namespace" | "keyword" | "text" }[];
  /** Whether another name would fit as well: one that the code has not given yet. */
  open: boolean;
}
/** Signature and documentation of `name`, plain text. */
export interface Documentation {
  name: string;
  text: string;
}
/** What the code has named, without modules and private names; `more` is how many of them are left out. */
export interface Variables {
  variables: {
    name: string;
    /** The name of its class. */
    type: string;
    /** "3 × 4", or the number of items; empty if it has none. */
    shape: string;
    /** Bytes, as far as they can be told. */
    size: number | null;
    /** The beginning of its value. */
    value: string;
  }[];
  more: number;
}

/** A memory snapshot as a site has it: `record` belongs into `snapshots.json` under its name, the parts, packed by gzip, into `snapshots/`. */
export interface MadeSnapshot {
  record: { key: string; sums: Record<string, string> };
  parts: Record<"heap" | "so" | "site" | "meta", Blob>;
}

/** How an event client is connected. All is optional; without a token the person signs in. */
export interface EventClientOptions {
  /** The origin of an Open WebUI server. */
  server?: string;
  /** A session token of it; kept in memory only. */
  token?: string;
  /** A chat to open. */
  chat?: string;
  /** What becomes of JavaScript that the server sends (`execute`): default "ask". "page" gives it all rights of the page. */
  execute?: "deny" | "ask" | "sandbox" | "page";
  /** Hosts that embeds may reach, separated by spaces: "https://cdn.example.org https://*.example.com". Default: none. */
  embedHosts?: string;
  /** Whether embeds may hand out files without the person's switch. */
  embedDownloads?: boolean;
  /**
   * Hosts that Python may reach, separated by spaces: "https://api.example.org https://*.example.com"; "pypi" for the index of
   * Python packages. Requests carry no cookies and follow no redirects. Default: none.
   */
  network?: string;
  /** Another index of packages: the address of one (PEP 691), with "{package_name}" in it. Its host must be in `network`. */
  packageIndex?: string;
  /** What the chat page speaks: "en", "zh" or a tag of these; default the language of the element's surroundings, then the person's. */
  language?: string;
  /** A recording in place of a server: the address of a .jsonl file, played at `speed` "real" (default) or "full". */
  replay?: string;
  speed?: "real" | "full";
  /** The host's own events in place of a server. */
  loopback?: LoopbackHost;
  /** Hears every event of the socket, of any type, as it came. */
  onEvent?: (envelope: unknown) => void;
  /** Answers calls of types that the client doesn't know. */
  onCall?: (envelope: unknown) => unknown;
  /** Hears that the state changed, once for many changes. */
  onChange?: () => void;
}
/** A host that brings its own events. */
export interface LoopbackHost {
  /** Answers REST requests; undefined for those that it doesn't care about. An upload's body is {name, type, data}. */
  request?: (method: string, path: string, body: unknown) => { status?: number; body: unknown } | undefined | Promise<{ status?: number; body: unknown } | undefined>;
  /** Hears what the client emits. */
  emit?: (event: string, body: unknown) => void;
  /** Whether the host says itself when its socket is open; else it is from the start. */
  manual?: boolean;
}
export interface ClientState {
  connection: "off" | "connecting" | "connected" | "lost";
  error: string | null;
  /** Messages and files that wait for the connection. */
  unsent: number;
  chat: { id: string | null; title: string; active: boolean; tags: string[]; tasks: { content: string; status: string }[]; messages: ChatMessage[] };
  questions: { id: number; chat: string | null; title: string; fields: string[] }[];
  notices: { text: string; level: "info" | "success" | "warning" | "error" }[];
}
export interface ChatMessage {
  id: string;
  role: "user" | "assistant";
  content: string;
  output: unknown[];
  done: boolean;
  statuses: { description: string; done: boolean | null; hidden: boolean }[];
  files: { name: string; picture: boolean }[];
  embeds: string[];
  sources: unknown[];
  codeExecutions: unknown[];
  followUps: string[];
  favorite: boolean;
  error: string | null;
  unsent: boolean;
}
