/**
 * Reads the Prometheus text format 0.0.4 and holds it to its rules: names, one HELP and one TYPE before the samples of
 * a family and nothing of another between them, escapes, no series twice, counters that end in `_total` and are not
 * negative, histograms whose buckets rise to `+Inf`, which is their count. Written from the format's description
 * (prometheus.io/docs/instrumenting/exposition_formats), not from the code that writes it.
 */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly SampleLine[];
}

export interface SampleLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Growing extends Family {
  readonly samples: SampleLine[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Families by name. Throws an Error that names the line when a rule is broken. */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, Growing>();
  const helps = new Map<string, string>();
  const seen = new Set<string>();
  let current: [string, Growing] | undefined;
  for (const [index, line] of text.split("\n").entries()) {
    const bad = (why: string) => new Error(`line ${index + 1}: ${why}: ${line}`);
    if (line === "") continue;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, what, name = "", rest = ""] = comment;
      if (!NAME.test(name)) throw bad("no name of a metric");
      if (what === "HELP") {
        if (helps.has(name)) throw bad("HELP twice");
        helps.set(name, rest);
        continue;
      }
      if (families.has(name)) throw bad("TYPE twice");
      if (!["counter", "gauge", "histogram", "summary", "untyped"].includes(rest)) throw bad("no such type");
      if ((rest === "counter") !== name.endsWith("_total"))
        throw bad("a counter, and only that, ends in _total");
      const help = helps.get(name);
      if (help === undefined) throw bad("TYPE without HELP");
      const family: Growing = { type: rest, help, samples: [] };
      families.set(name, family);
      current = [name, family];
      continue;
    }
    if (line.startsWith("#")) throw bad("unknown comment");
    const sample = SAMPLE.exec(line);
    if (sample === null) throw bad("no sample");
    const [, name = "", labelText = "", valueText = ""] = sample;
    const labels = readLabels(labelText);
    if (labels === undefined) throw bad("labels");
    const value = valueText === "+Inf" ? Number.POSITIVE_INFINITY : Number(valueText);
    if (Number.isNaN(value)) throw bad("no number");
    if (current === undefined || !belongs(name, current[0], current[1].type))
      throw bad("not of the family above it");
    if (current[1].type !== "gauge" && value < 0) throw bad("negative");
    const key = `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
    if (seen.has(key)) throw bad("this series twice");
    seen.add(key);
    current[1].samples.push({ name, labels, value });
  }
  for (const [name, family] of families) if (family.type === "histogram") checkBuckets(name, family);
  return families;
}

function belongs(name: string, family: string, type: string): boolean {
  if (type !== "histogram") return name === family;
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
}

function readLabels(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const found = LABEL.exec(text);
    if (found === null) return undefined;
    const [, name = "", escaped = ""] = found;
    if (Object.hasOwn(labels, name) || name.startsWith("__")) return undefined;
    labels[name] = escaped.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
  }
  return labels;
}

function checkBuckets(name: string, { samples }: Family): void {
  const groups = new Map<string, { edges: number[]; counts: number[]; count?: number; sum?: number }>();
  for (const { name: of, labels, value } of samples) {
    const { le, ...rest } = labels;
    const key = JSON.stringify(Object.entries(rest).sort());
    const group = groups.get(key) ?? { edges: [], counts: [] };
    groups.set(key, group);
    if (of.endsWith("_bucket")) {
      group.edges.push(le === "+Inf" ? Number.POSITIVE_INFINITY : Number(le));
      group.counts.push(value);
    } else if (of.endsWith("_count")) group.count = value;
    else group.sum = value;
  }
  for (const [key, { edges, counts, count, sum }] of groups) {
    const rises = (list: readonly number[], least: number) =>
      list.every(
        (each, at) => at === 0 || each - list[at - 1]! >= least || each === Number.POSITIVE_INFINITY,
      );
    if (edges.at(-1) !== Number.POSITIVE_INFINITY || !rises(edges, Number.MIN_VALUE) || !rises(counts, 0))
      throw new Error(`${name} ${key}: its buckets do not rise to +Inf`);
    if (count === undefined || counts.at(-1) !== count)
      throw new Error(`${name} ${key}: +Inf is not its count`);
    if (sum === undefined) throw new Error(`${name} ${key}: no sum`);
  }
}
