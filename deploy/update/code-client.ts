/** The code of a board that runs on this machine, by its page: tried, kept, taken back. */
import type { CodeReply, CodeState } from "../code/code-messages.ts";
import type { ReleaseId, Slot } from "./slot-record.ts";

/** How whoever brings a release speaks with the board about its code. */
export interface CodeClient {
  /** Rejects when the board does not answer. */
  state(): Promise<CodeState>;
  /** `refused`: why it cannot, or does not now. */
  tryOut(slot: Slot, release: ReleaseId, limitMs: number): Promise<CodeReply>;
  keep(): Promise<CodeReply>;
  takeBack(why: string): Promise<CodeReply>;
}

/** The board answers within a turn; the machine may be busy. */
const ANSWER_MS = 15_000;

/** `page`: its address, with a slash at the end. */
export function codeClient(page: string): CodeClient {
  const ask = async (method: "GET" | "POST", query: Readonly<Record<string, string>> = {}) => {
    const url = new URL("code", page);
    url.search = String(new URLSearchParams(query));
    const answer = await fetch(url, { method, signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok) throw new Error(`${url.origin}/code answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as CodeReply;
  };
  return {
    state: async () => (await ask("GET")) as CodeState,
    tryOut: (slot, release, limitMs) =>
      ask("POST", { do: "try", slot, release, limit: String(Math.round(limitMs)) }),
    keep: () => ask("POST", { do: "keep" }),
    takeBack: (why) => ask("POST", { do: "takeBack", why }),
  };
}
