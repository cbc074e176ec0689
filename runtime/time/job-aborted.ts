import { formatDuration } from "./duration.ts";

/** A job was ended at its hard deadline: what it waited for did not come in time. `cause`: how that showed, where it is known. */
export class JobAborted extends Error {
  override readonly name = "JobAborted";
  /** As errors of the world have one: for who tells people why. */
  readonly code = "aborted";
  readonly job: string;

  /** `hardDeadlineUs`: from the release. */
  constructor(job: string, hardDeadlineUs: number, cause?: Error) {
    const why = cause === undefined ? "" : ` (${cause.message})`;
    super(`aborted at its hard deadline of ${formatDuration(hardDeadlineUs / 1000)}${why}`, { cause });
    this.job = job;
  }
}
