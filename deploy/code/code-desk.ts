/** The process that has the code of devices and controllers changed, for whoever brings a release. It waits for nobody. */
import { type From, reply } from "../../runtime/behaviour/exchange.ts";
import type { ProcessGenerator } from "../../runtime/process/process.ts";
import type { Self } from "../../runtime/process/self.ts";
import type { Slot } from "../update/slot-record.ts";
import { CODE, type CodeReply, type CodeRequest } from "./code-messages.ts";
import type { LiveCode } from "./live-code.ts";

export interface CodeDeskOptions {
  readonly code: LiveCode;
  /** URL of the program for devices in a slot; undefined where there is none. */
  readonly programIn: (slot: Slot) => string | undefined;
  /** Why code cannot change now, or never can on this board; undefined: it can. */
  readonly whyNot: () => string | undefined;
}

export interface CodeCall extends From<CodeReply> {
  readonly type: "call";
  readonly request: CodeRequest;
}

/** The body of the process. */
export function codeDesk(options: CodeDeskOptions) {
  return function* code(self: Self<CodeCall>): ProcessGenerator {
    self.register(CODE);
    for (;;) {
      const call = yield* self.receive("call");
      reply(self, call, answerTo(call.request, options));
    }
  };
}

function answerTo(request: CodeRequest, { code, programIn, whyNot }: CodeDeskOptions): CodeReply {
  switch (request.what) {
    case "try": {
      const program = programIn(request.slot);
      const why = code.isOnTrial
        ? "code is on trial already"
        : program === undefined
          ? `slot ${request.slot} has no program for devices`
          : whyNot();
      if (why !== undefined) return { refused: why };
      code.begin(request.release, program!, request.limitMs);
      return code.state;
    }
    case "keep":
      return code.keep() ? code.state : { refused: "no code is on trial" };
    case "takeBack":
      return code.takeBack(request.why) ? code.state : { refused: "no code is on trial" };
    case "state":
      return code.state;
  }
}
