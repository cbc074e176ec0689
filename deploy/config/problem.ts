/** What is wrong, or worth knowing, about a configuration, as data. */

/** Keys from the root to a value. */
export type Path = readonly string[];

/** One mistake: the configuration is refused as long as there is one. */
export interface Problem {
  /** `devices.heater.lease`; empty for the whole file. */
  readonly path: string;
  /** The value as JSON, shortened; `nothing` where a key is missing; `unknown key`. */
  readonly found: string;
  readonly allowed: string;
  /** The nearest valid name or value, without quotes. */
  readonly suggestion?: string;
  /** Line of the file, from 1: of the key, or of the nearest object around a key that is missing. */
  readonly line?: number;
  /** Only syntax errors: column from 1, and the lines around it with a mark. */
  readonly column?: number;
  readonly frame?: string;
}

/** Something that works as written and may still surprise. */
export interface Warning {
  readonly path: string;
  readonly message: string;
  readonly line?: number;
}

/** A problem or a warning before its place in the file is known. */
export type Finding = Omit<Problem, "path" | "line" | "column" | "frame"> & { readonly at: Path };
export type Remark = Omit<Warning, "path" | "line"> & { readonly at: Path };

/** Collects what the checks find. */
export class Report {
  readonly findings: Finding[] = [];
  readonly remarks: Remark[] = [];

  problem(at: Path, found: unknown, allowed: string, suggestion?: string): void {
    this.add({ at, found: show(found), allowed, ...(suggestion === undefined ? {} : { suggestion }) });
  }

  add(finding: Finding): void {
    this.findings.push(finding);
  }

  warning(at: Path, message: string): void {
    this.remarks.push({ at, message });
  }
}

/** `["devices", "heater", "lease"]` to `devices.heater.lease`; unusual keys in brackets. */
export function pathText(path: Path): string {
  return path.reduce((text, key) => {
    if (!/^[\w$-]+$/.test(key)) return `${text}[${JSON.stringify(key)}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** A value as people see it in the file, at most 60 characters. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
