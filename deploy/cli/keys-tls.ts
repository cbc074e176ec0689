/** `holdfast keys tls`: an authority, a certificate for each board, one for the broker. What is there is kept. */
import { relative, resolve } from "node:path";
import { Authority, type KeyPair } from "../keys/authority.ts";
import type { Places } from "../mqtt/rights.ts";
import { columns } from "./columns.ts";

export interface KeysFlags {
  readonly json: boolean;
  /** Where they lie. */
  readonly out: string;
  /** Names and addresses of the broker. */
  readonly broker: readonly string[];
  readonly operators: readonly string[];
  readonly viewers: readonly string[];
  readonly homeAssistants: readonly string[];
  readonly places: Places;
}

/** `boards`: their ids. Throws `KeysError`. */
export function keysTls(boards: readonly string[], { json, out, broker }: KeysFlags): void {
  const authority = new Authority(resolve(out));
  const pairs = [
    authority.own,
    ...(broker.length === 0 ? [] : [authority.broker(broker)]),
    ...boards.map((id) => authority.board(id)),
  ];
  if (json) {
    for (const pair of pairs) process.stdout.write(`${JSON.stringify(pair)}\n`);
    return;
  }
  const rows = pairs.map((pair) => [
    pair.made ? "made" : "kept",
    shown(pair.cert),
    shown(pair.key),
    use(pair),
  ]);
  process.stdout.write(`${columns(rows).join("\n")}\n\n${REST}`);
}

function use({ name, hosts }: KeyPair): string {
  if (name === "authority")
    return 'every board and client: "ca"; its key signs new boards: keep it off the boards';
  if (name === "broker") return `the broker at ${hosts.join(", ")}`;
  return `board ${name}: "cert" and "key"`;
}

/** A path as somebody here would type it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
}

const REST = `They are valid from 1970 without an end, so that no board stops because its clock is not set. A key that was lost
is good until the broker lets its user in no more: take it out of the broker's lists, or make another authority.
`;
