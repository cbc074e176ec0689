/**
 * In which order applications are started: each after those it needs.
 */
export interface Needing {
  readonly name: string;
  readonly needs?: readonly string[];
}

/** Something is wrong with what applications need: all of it, at once. */
export class StartOrderError extends Error {
  override readonly name = "StartOrderError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("; "));
    this.problems = problems;
  }
}

/**
 * The specs in the order of their starts; where needs leave it open, as they are given. Throws
 * `StartOrderError` for a name that is there twice, a need that is not there, and a cycle, which is named.
 */
export function startOrder<S extends Needing>(specs: readonly S[]): S[] {
  const byName = new Map(specs.map((spec) => [spec.name, spec]));
  const problems = specs
    .filter(({ name }, at) => specs.findIndex((other) => other.name === name) !== at)
    .map(({ name }) => `"${name}" is there twice`);
  for (const { name, needs = [] } of specs) {
    for (const need of needs)
      if (!byName.has(need)) problems.push(`"${name}" needs "${need}", which is not there`);
  }
  if (problems.length > 0) throw new StartOrderError(problems);
  const order: S[] = [];
  const done = new Set<string>();
  const visit = (spec: S, path: readonly string[]) => {
    if (done.has(spec.name)) return;
    const cycleAt = path.indexOf(spec.name);
    if (cycleAt >= 0) {
      throw new StartOrderError([`a cycle: ${[...path.slice(cycleAt), spec.name].join(" needs ")}`]);
    }
    for (const need of spec.needs ?? []) visit(byName.get(need)!, [...path, spec.name]);
    done.add(spec.name);
    order.push(spec);
  };
  for (const spec of specs) visit(spec, []);
  return order;
}
