import type { SoakOptions } from "./kernel-soak.ts";
import type { SoakResult } from "./verdict.ts";

export async function boardSoak(_: SoakOptions): Promise<SoakResult> {
  throw new Error("not yet");
}
