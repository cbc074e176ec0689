/** Parts of documents that come over the wire, each undefined when it is not what it should be. */
export type Value = number | boolean | string | null;
export type Fields = Readonly<Record<string, unknown>>;

export function decodeObject(json: string): Fields | undefined {
  try {
    return asObject(JSON.parse(json));
  } catch {
    return undefined; // not JSON: reported by the caller as unreadable
  }
}

export function asObject(raw: unknown): Fields | undefined {
  return typeof raw === "object" && raw !== null && !Array.isArray(raw) ? (raw as Fields) : undefined;
}

/** The fields that `decode` accepts, in the order they came. */
export function mapFields<T>(
  raw: unknown,
  decode: (field: unknown) => T | undefined,
): Readonly<Record<string, T>> {
  const decoded: [string, T][] = [];
  for (const [name, field] of Object.entries(asObject(raw) ?? {})) {
    const value = decode(field);
    if (value !== undefined) decoded.push([name, value]);
  }
  return Object.fromEntries(decoded);
}

export function asString(raw: unknown): string | undefined {
  return typeof raw === "string" ? raw : undefined;
}

export function asStrings(raw: unknown): readonly string[] {
  return Array.isArray(raw) ? raw.filter((entry) => typeof entry === "string") : [];
}

export function asNumber(raw: unknown): number | undefined {
  return typeof raw === "number" && Number.isFinite(raw) ? raw : undefined;
}

export function asValue(raw: unknown): Value | undefined {
  if (raw === null || typeof raw === "boolean" || typeof raw === "string") return raw;
  return asNumber(raw);
}

export function asTime(raw: unknown): number | null {
  const ms = typeof raw === "string" ? Date.parse(raw) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

export function oneOf<T extends string>(raw: unknown, allowed: readonly T[]): T | undefined {
  return allowed.find((entry) => entry === raw);
}
