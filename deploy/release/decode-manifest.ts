/** The bytes of a manifest whose signature is good, as a `Manifest`: checked all the same, since makers make mistakes. */
import * as v from "valibot";
import { BundleError } from "./bundle-error.ts";
import { FORMAT, type Manifest, type ManifestFile, MOST } from "./manifest.ts";
import { fitsSize } from "./pieces.ts";
import { TARGETS } from "./target.ts";

const bytes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(MOST.payloadBytes));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const shortText = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const versionText = v.pipe(v.string(), v.regex(/^\d+\.\d+/), v.maxLength(100));

const fileSchema = v.object({
  path: v.pipe(v.string(), v.check(isInside, "a path that stays below its folder")),
  size: bytes,
  mode: v.picklist([0o644, 0o755]),
  sha256,
});

const filesSchema = v.pipe(v.array(fileSchema), v.maxLength(MOST.files));

const schema = v.object({
  format: v.literal(FORMAT),
  board: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/)),
  version: versionText,
  revision: v.nullable(shortText),
  created: v.pipe(v.string(), v.isoTimestamp()),
  target: v.picklist(Object.keys(TARGETS) as (keyof typeof TARGETS)[]),
  node: versionText,
  minimum: v.object({ kernel: versionText, glibc: versionText }),
  configurations: v.pipe(v.array(v.number()), v.minLength(1), v.maxLength(8)),
  outputs: v.pipe(
    v.array(
      v.object({
        device: shortText,
        line: shortText,
        safe: v.picklist(["on", "off"]),
        level: v.picklist(["high", "low"]),
        onCrash: v.picklist(["safe", "hold", "release"]),
      }),
    ),
    v.maxLength(1000),
  ),
  liveFrom: v.exactOptional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/))),
  payloads: v.pipe(
    v.array(
      v.object({
        name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{0,62}$/)),
        size: bytes,
        sha256,
        pieces: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Za-z0-9+/]*={0,2}$/))),
        files: v.exactOptional(filesSchema),
        holds: v.exactOptional(v.object({ system: sha256, files: filesSchema })),
      }),
    ),
    v.minLength(1),
    v.maxLength(MOST.payloads),
  ),
});

/** Fields that are not known are left out. Throws `BundleError`: `newerFormat`, `badManifest`. */
export function decodeManifest(manifest: Uint8Array, where: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(manifest).toString("utf8"));
  } catch (error) {
    throw new BundleError("badManifest", `${where}: its manifest is no JSON: make the release again`, error);
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (typeof format === "number" && format > FORMAT)
    throw new BundleError(
      "newerFormat",
      `${where}: found format ${format}, allowed is ${FORMAT}: update this Holdfast first, to a release between the two`,
    );
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success) {
    const [issue] = issues;
    const path = v.getDotPath(issue) ?? "manifest";
    throw bad(
      where,
      `${path}: found ${issue.received.slice(0, 80)}, allowed ${issue.expected ?? issue.message}`,
    );
  }
  const twice = firstTwice(output.payloads.map(({ name }) => name));
  if (twice !== undefined) throw bad(where, `two payloads ${twice}`);
  const odd = output.payloads.find(({ pieces, size }) => pieces !== undefined && !fitsSize(pieces, size));
  if (odd !== undefined) throw bad(where, `${odd.name} has other pieces than its ${odd.size} bytes have`);
  const clash = clashing(output.payloads.flatMap(({ files = [] }) => files));
  if (clash !== undefined) throw bad(where, `${clash} is there twice, or is both a file and a folder`);
  return output;
}

/** A path below a folder that leads nowhere else: no `..`, no link can be on its way, nothing a shell or a log minds. */
export function isInside(path: string): boolean {
  if (path.length > 255 || !/^[A-Za-z0-9@+._/-]+$/.test(path)) return false;
  return path.split("/").every((name) => name !== "" && name !== "." && name !== "..");
}

function bad(where: string, what: string): BundleError {
  return new BundleError(
    "badManifest",
    `${where}: its manifest is signed, but wrong: ${what}: make the release again`,
  );
}

/** Two files of one path, or a file where another's folder is. */
function clashing(files: readonly ManifestFile[]): string | undefined {
  const paths = files.map(({ path }) => path);
  const twice = firstTwice(paths);
  if (twice !== undefined) return twice;
  const known = new Set(paths);
  for (const path of paths) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1))
      if (known.has(path.slice(0, at))) return path.slice(0, at);
  }
  return undefined;
}

function firstTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find((name) => seen.size === seen.add(name).size);
}
