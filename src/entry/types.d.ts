/** How a kernel is started. */
export interface KernelStartOptions {
  /** The engine that runs the code. This version has "pyodide". */
  engine?: "pyodide";
  /** Where the Python distribution is, a URL; default: `pyodide/` beside this module. */
  pyodide?: string;
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
  /** Time the code may take in ms, loading of packages apart; default: no limit. */
  timeoutMs?: number;
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
