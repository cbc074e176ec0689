/**
 * A function whose module is loaded when it is called. The command line has thirty verbs and runs one of them; `run` stays in
 * memory as long as its board. Rejects as the function does, and as `load` does.
 */
export function lazy<Args extends readonly unknown[], Result>(
  load: () => Promise<(...args: Args) => Result | Promise<Result>>,
): (...args: Args) => Promise<Result> {
  return async (...args) => {
    const loaded = await load();
    return loaded(...args);
  };
}
