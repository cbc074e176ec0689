/** What goes on beside the job that is measured. */
import { spawn } from "node:child_process";
import { startSubject } from "./our-job.ts";

/** A cell of the same runtime that disturbs. */
export type Neighbour = "none" | "allocates" | "flooded";

export interface Condition {
  readonly name: string;
  /** Of our job; beside a peer it runs in a runtime without the job. */
  readonly neighbour: Neighbour;
  /** Starts the load that is not a neighbour; gives its end. */
  begin(): Promise<() => void>;
}

const nothing = async () => () => {};

/** One core at its limit, at the priority of any program. */
async function busyCore(): Promise<() => void> {
  const child = spawn(process.execPath, ["-e", "for (;;);"], { stdio: "ignore" });
  return () => void child.kill("SIGKILL");
}

export const CONDITIONS: readonly Condition[] = [
  { name: "quiet", neighbour: "none", begin: nothing },
  { name: "one core busy", neighbour: "none", begin: busyCore },
  { name: "neighbour allocates", neighbour: "allocates", begin: nothing },
  { name: "neighbour flooded", neighbour: "flooded", begin: nothing },
];

/** The condition as a peer meets it: with a runtime of ours that has the neighbour and no job. */
export async function besides(condition: Condition, seconds: number): Promise<() => void> {
  const end = await condition.begin();
  if (condition.neighbour === "none") return end;
  const subject = startSubject({ job: "none", neighbour: condition.neighbour, seconds });
  try {
    await subject.running;
  } catch (error) {
    end();
    throw error;
  }
  return () => {
    subject.kill();
    end();
  };
}
