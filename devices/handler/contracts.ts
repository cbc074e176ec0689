/**
 * The contracts between controllers and devices. Both ends are held to them: who breaks one is stopped and
 * named, its keeper starts it again, and the outputs it had follow their policy.
 *
 * No time limits here: how old an input may be, and how long a command lasts, is each device's own matter.
 */
import { declareProtocol } from "../../runtime/protocol/declare-protocol.ts";
import type { MessageOf } from "../../runtime/protocol/protocol.ts";
import { QUALITIES } from "../quality.ts";

/** Longest id of a device or name of a reading, with the board that it is of. */
const NAME = { type: "text", max: 80 } as const;
/** Longest sentence for people. */
const WHY = { type: "text", max: 400 } as const;
const LEVEL = { type: "number", min: 0, max: 1 } as const;

/**
 * A controller asks a device of another board for a reading and then gets its samples. Clocks of boards are not
 * compared: each sample says how old it is when it is sent.
 */
export const observing = declareProtocol({
  name: "observing",
  sides: ["controller", "device"],
  start: "new",
  states: {
    new: { may: { controller: { subscribe: { fields: { reading: NAME }, next: "following" } } } },
    following: {
      may: {
        device: {
          sample: {
            fields: {
              value: { union: ["number", "boolean", "null"] },
              quality: { enum: QUALITIES },
              ageMs: { type: "number", min: 0 },
            },
            next: "following",
          },
        },
      },
    },
  },
});

/** Why an output does not follow a command. */
export const REFUSALS = ["notAllowed", "ownedBy", "safe", "policy"] as const;

/** A controller asks once for a reading and then gets each sample of it. */
export const sampling = declareProtocol({
  name: "sampling",
  sides: ["controller", "device"],
  start: "new",
  states: {
    new: { may: { controller: { subscribe: { fields: { reading: NAME }, next: "following" } } } },
    following: {
      may: {
        device: {
          reading: {
            fields: {
              device: NAME,
              reading: NAME,
              value: { union: ["number", "boolean", "null"] },
              quality: { enum: QUALITIES },
              /** When it was measured, monotonic us. */
              sampledAtUs: "number",
            },
            next: "following",
          },
        },
      },
    },
  },
});

/**
 * A controller commands an output, each time for a while; the device says when a line was driven so, or why not. Spoken
 * between boards, too, with the door of an output (`deploy/links/output-door.ts`).
 */
export const driving = declareProtocol({
  name: "driving",
  sides: ["controller", "device"],
  start: "driving",
  states: {
    driving: {
      may: {
        controller: {
          drive: {
            fields: {
              controller: NAME,
              level: LEVEL,
              /** The command lease: how long the level is justified without renewal, ms. */
              forMs: { type: "number", min: 0 },
              /** When the sample behind the decision was measured, us. */
              sampledAtUs: "number",
              /** The first command that stands on that sample: its way to the line is measured. */
              fresh: "boolean",
            },
            next: "driving",
          },
          /** That one commands no more: its command ends now. */
          release: { fields: { controller: NAME, why: WHY }, next: "driving" },
        },
        device: {
          driven: {
            fields: {
              controller: NAME,
              level: LEVEL,
              sampledAtUs: "number",
              fresh: "boolean",
              atUs: "number",
            },
            next: "driving",
          },
          refused: {
            fields: {
              controller: NAME,
              /**
               * notAllowed: that one may not command this output. ownedBy: another one does. safe: the device is not
               * trusted now. policy: the guardian keeps the output as it is for now.
               */
              code: { enum: REFUSALS },
              reason: WHY,
            },
            next: "driving",
          },
        },
      },
    },
  },
});

/** A sample on its way to whoever decides by it; telemetry gets the same. */
export type ReadingMessage = MessageOf<typeof sampling.spec, "device">;

type ToOutput = MessageOf<typeof driving.spec, "controller">;

/** From a controller to its output. */
export type DriveMessage = Extract<ToOutput, { readonly type: "drive" }>;

export type ReleaseMessage = Extract<ToOutput, { readonly type: "release" }>;

/** Back to the controller: the line was driven and read back, or why not. */
export type DriveAnswer = MessageOf<typeof driving.spec, "device">;

/** A sample on its way to another board. */
export type SampleMessage = MessageOf<typeof observing.spec, "device">;
