/** What became of a configuration that a board was to take again, for people. */
import type { FieldChange } from "../reload/judge-change.ts";
import type { Failure, ReloadReply } from "../reload/reload-messages.ts";
import { columns } from "./columns.ts";

/** Lines, without what `check` says of problems and warnings. */
export function reloadWords(reply: ReloadReply): readonly string[] {
  switch (reply.is) {
    case "problems":
      return ["nothing was changed: the board runs on with the configuration that it has"];
    case "same":
      return [`${reply.file} says what the board runs with: nothing to change`];
    case "refused":
      return [`nothing was changed: ${reply.why}`];
    case "needsRestart":
      return needsRestart(reply.changes);
    case "wouldApply":
      return [...table(reply.changes), "", `would go live, and no line would move: ${listOf(reply.moved)}`];
    case "applied":
      return [
        ...table(reply.changes),
        "",
        `live, and no line moved: ${listOf(reply.moved)}`,
        ...(reply.unproven.length > 0
          ? [`not proven yet, their next job comes later: ${reply.unproven.join(", ")}`]
          : []),
      ];
    case "takenBack":
      return [
        ...table(reply.changes),
        "",
        "taken back, everything is as before:",
        ...reply.failures.map(failure),
        ...(reply.lasting.length > 0 ? ["and still not well:", ...reply.lasting.map(failure)] : []),
        `${reply.file} is not what the board runs with: put it right before the next restart`,
      ];
  }
}

function needsRestart(changes: readonly FieldChange[]): readonly string[] {
  const fixed = changes.filter(({ restart }) => restart !== undefined);
  const reasons = [...new Set(fixed.map(({ restart }) => restart!))];
  return [
    "nothing was changed: this needs a restart of the board",
    ...reasons.flatMap((reason) => [
      "",
      `${reason}:`,
      ...table(fixed.filter((one) => one.restart === reason)),
    ]),
    ...(fixed.length < changes.length
      ? ["", "could go live alone:", ...table(changes.filter(({ restart }) => restart === undefined))]
      : []),
    "",
    "holdfast check --against says which lines a restart moves",
  ];
}

function table(changes: readonly FieldChange[]): readonly string[] {
  return columns(changes.map(({ path, from, to }) => [`  ${path}`, from, "becomes", to]));
}

function failure({ id, cause }: Failure): string {
  return `  ${id}: ${cause}`;
}

/** Without one the change is nobody's but the file's. */
function listOf(ids: readonly string[]): string {
  return ids.length === 0 ? "no device has to do with it" : ids.join(", ");
}
