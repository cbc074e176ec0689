/**
 * The bytes of a command to a flat JSON object, or the sentence that says why they are none.
 *
 * Nothing is parsed above 4 KiB. Keys that name a prototype are refused. `1e999` is JSON and becomes
 * Infinity, so numbers are checked for that too.
 */
export type CommandJson =
  | { readonly ok: true; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly reason: string; readonly command: unknown };

/** Largest payload that is looked at, bytes. */
export const maxCommandBytes = 4096;

/** Decodes a payload. Never throws. */
export function parseCommandJson(payload: Uint8Array): CommandJson {
  if (payload.byteLength > maxCommandBytes) {
    return refuse(null, `a command may be ${maxCommandBytes} bytes long; this one has ${payload.byteLength}`);
  }
  if (payload.byteLength === 0) return refuse(null, `the command is empty; ${example}`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(payload);
  } catch {
    return refuse(null, "the command is not UTF-8 text");
  }
  let command: unknown;
  try {
    command = JSON.parse(text);
  } catch (error) {
    return refuse(text.slice(0, 200), `the command is not JSON (${(error as Error).message}); ${example}`);
  }
  if (typeof command !== "object" || command === null || Array.isArray(command)) {
    return refuse(command, `a command is a JSON object, not ${jsonTypeOf(command)}; ${example}`);
  }
  const poisoned = Object.keys(command).find((key) => poisonous.has(key));
  if (poisoned !== undefined) return refuse(text.slice(0, 200), `a field may not be called "${poisoned}"`);
  return { ok: true, fields: command as Record<string, unknown> };
}

/** What a JSON value is, for a sentence. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "number") return `the number ${value}`;
  if (typeof value === "boolean") return String(value);
  return `the text ${JSON.stringify(String(value).slice(0, 40))}`;
}

const poisonous: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);
const example = 'write for example {"on":true}';

function refuse(command: unknown, reason: string): CommandJson {
  return { ok: false, command, reason };
}
