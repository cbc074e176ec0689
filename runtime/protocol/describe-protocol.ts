/** A protocol for people: a state diagram (Mermaid) and a table (Markdown). */
import { limitOf, type ProtocolSpec } from "./protocol.ts";
import { printFields } from "./schema.ts";

/** Markdown: heading, diagram, table of all messages. */
export function describeProtocol(spec: ProtocolSpec): string {
  return [
    `## Protocol ${spec.name}: ${spec.sides[0]} and ${spec.sides[1]}`,
    ["```mermaid", protocolDiagram(spec), "```"].join("\n"),
    protocolTable(spec),
  ].join("\n\n");
}

/** A Mermaid `stateDiagram-v2`. */
export function protocolDiagram(spec: ProtocolSpec): string {
  const lines = ["stateDiagram-v2", `  [*] --> ${spec.start}`];
  for (const [name, state] of Object.entries(spec.states)) {
    for (const [side, sends] of Object.entries(state.may ?? {})) {
      for (const [tag, { next }] of Object.entries(sends))
        lines.push(`  ${name} --> ${next}: ${side} ${tag}`);
    }
    if (state.final === true) lines.push(`  ${name} --> [*]`);
  }
  return lines.join("\n");
}

/** One row a message: state, who, message with its fields, next state, time limit. */
export function protocolTable(spec: ProtocolSpec): string {
  const rows = [
    ["state", "who", "says", "fields", "next", "within"],
    ["---", "---", "---", "---", "---", "---"],
  ];
  for (const [name, state] of Object.entries(spec.states)) {
    const limit = limitOf(spec, state);
    for (const [side, sends] of Object.entries(state.may ?? {})) {
      const within = limit?.side === side ? `${limit.ms} ms` : "";
      for (const [tag, { fields = {}, next }] of Object.entries(sends)) {
        rows.push([name, side, tag, printFields(fields).replaceAll("|", "\\|"), next, within]);
      }
    }
    if (state.final === true) rows.push([name, "", "(over)", "", "", ""]);
  }
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
