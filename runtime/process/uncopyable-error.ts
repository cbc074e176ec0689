/**
 * A message holds something that cannot be sent. `path` is its place, as one would write it in code.
 *
 *   message.readings[2].callback: a function cannot be sent
 */
export class UncopyableError extends Error {
  override readonly name = "UncopyableError";
  readonly path: string;

  constructor(path: string, what: string, options?: ErrorOptions) {
    super(`${path}: ${what} cannot be sent`, options);
    this.path = path;
  }
}
