/**
 * The files of a folder, held in memory and chosen by what the browser accepts.
 *
 * The names are read once at the start and looked up in a table, so no request can name a file outside. The
 * dashboard is about 200 KiB with all its encodings; a folder above 16 MiB is refused.
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, sep } from "node:path";
import { gzipSync } from "node:zlib";

/** One file in one encoding. */
export interface StaticAnswer {
  readonly body: Buffer;
  readonly type: string;
  readonly encoding: "br" | "gzip" | undefined;
  /** Strong: differs between encodings. */
  readonly etag: string;
  /** Its name carries a hash of its content, so it may be kept for ever. */
  readonly immutable: boolean;
}

interface StaticFile {
  readonly type: string;
  readonly immutable: boolean;
  readonly plain: Variant;
  readonly br: Variant | undefined;
  readonly gzip: Variant | undefined;
}

interface Variant {
  readonly body: Buffer;
  readonly etag: string;
}

const maxFolderBytes = 16 << 20;
const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

export class StaticFolder {
  readonly #files = new Map<string, StaticFile>();

  /** `root`: written into pages as `<meta name="holdfast-root">` when it is not the default. */
  constructor(folder: string, root = "holdfast") {
    const contents = readFolder(folder);
    for (const [path, body] of contents) {
      if (/\.(br|gz)$/.test(path) && contents.has(path.replace(/\.(br|gz)$/, ""))) continue;
      const html = path.endsWith(".html") && root !== "holdfast";
      const plain = html ? Buffer.from(withRoot(body.toString("utf8"), root)) : body;
      this.#files.set(path, {
        type: types[extname(path)] ?? "application/octet-stream",
        immutable: /[.-][0-9a-zA-Z]{8,}\.\w+$/.test(path),
        plain: variant(plain),
        br: html ? undefined : optionalVariant(contents.get(`${path}.br`)),
        gzip: html ? variant(gzipSync(plain)) : optionalVariant(contents.get(`${path}.gz`)),
      });
    }
  }

  /** How many files there are. */
  get size(): number {
    return this.#files.size;
  }

  /** The file at a URL path; `undefined` when there is none. `/` is `index.html`. */
  find(urlPath: string, acceptEncoding: string | undefined): StaticAnswer | undefined {
    let path: string;
    try {
      path = decodeURIComponent(urlPath);
    } catch {
      return undefined;
    }
    const file = this.#files.get(path.endsWith("/") ? `${path}index.html` : path);
    if (file === undefined) return undefined;
    const accepted = acceptedEncodings(acceptEncoding);
    const { type, immutable } = file;
    if (file.br !== undefined && accepted.has("br")) return { ...file.br, type, immutable, encoding: "br" };
    if (file.gzip !== undefined && accepted.has("gzip"))
      return { ...file.gzip, type, immutable, encoding: "gzip" };
    return { ...file.plain, type, immutable, encoding: undefined };
  }
}

/** The codings a request accepts: those named with a quality above zero. */
export function acceptedEncodings(header: string | undefined): ReadonlySet<string> {
  const accepted = new Set<string>();
  for (const part of (header ?? "").split(",")) {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((text) => text.startsWith("q="));
    if (name !== "" && (quality === undefined || Number(quality.slice(2)) > 0)) accepted.add(name);
  }
  return accepted;
}

/** Puts the root topic into a page's `<meta name="holdfast-root">`, or adds one to its head. */
export function withRoot(html: string, root: string): string {
  const meta = `<meta name="holdfast-root" content="${root.replace(/[^a-z0-9_/-]/g, "")}">`;
  const existing = /<meta\s+name=["']?holdfast-root["']?[^>]*>/i;
  if (existing.test(html)) return html.replace(existing, meta);
  return html.replace(/<head[^>]*>/i, (head) => `${head}${meta}`);
}

function readFolder(folder: string): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let total = 0;
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, entry);
    const stats = lstatSync(file);
    // Symbolic links are not followed: they could point anywhere.
    if (!stats.isFile()) continue;
    total += stats.size;
    if (total > maxFolderBytes)
      throw new Error(`${folder} holds more than 16 MiB and cannot be served from memory`);
    contents.set(`/${entry.split(sep).join("/")}`, readFileSync(file));
  }
  return contents;
}

function variant(body: Buffer): Variant {
  return { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"` };
}

function optionalVariant(body: Buffer | undefined): Variant | undefined {
  return body === undefined ? undefined : variant(body);
}
