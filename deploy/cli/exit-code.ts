/** Exit codes of every verb. */
export const EXIT = {
  ok: 0,
  /** It was tried and failed. */
  failed: 1,
  /** Wrong usage, or a configuration with problems. */
  usage: 2,
  /** The board refused the command and said why. */
  refused: 3,
  /** No broker, or no board answered in time. */
  unreachable: 4,
} as const;

/** An end with a message for people and a code for programs. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
