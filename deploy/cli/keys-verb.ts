/** The words of `holdfast keys`, for the command line. */
import { DEFAULT_PLACES } from "../mqtt/rights.ts";
import { type Flags, listOf, textOf, topicOf } from "./flags.ts";
import { lazy } from "./lazy.ts";
import type { VerbTable } from "./verb-table.ts";

const keys = lazy(async () => (await import("./keys.ts")).keys);

export function addKeysVerb(cli: VerbTable): void {
  cli
    .command(
      "keys <what> [...boards]",
      "Make keys: tls (certificates), acl (logins and rights), link (what linked boards share), release (what signs releases)",
    )
    .option("--out <folder>", "Where they lie; what is there is kept (default: keys)")
    .option("--broker <hosts>", "Names and addresses of the broker that needs a certificate, with commas")
    .option("--operators <names>", "acl: people who may send commands, with commas")
    .option("--viewers <names>", "acl: people who may read")
    .option("--home-assistant <name>", "acl: Home Assistant's login")
    .option("--root <topic>", "acl: first level of the boards' topics (default: holdfast)")
    .option("--discovery <prefix>", "acl: Home Assistant's discovery prefix (default: homeassistant)")
    .example("  holdfast keys tls greenhouse pump-house --broker broker.local,192.168.1.10")
    .action((what: string, boards: readonly string[], flags: Flags) =>
      keys(what, boards, {
        json: flags.json === true,
        out: textOf(flags.out) ?? "keys",
        broker: listOf(flags.broker),
        operators: listOf(flags.operators),
        viewers: listOf(flags.viewers),
        homeAssistants: listOf(flags.homeAssistant),
        places: {
          root: topicOf("--root", textOf(flags.root) ?? DEFAULT_PLACES.root),
          discovery: topicOf("--discovery", textOf(flags.discovery) ?? DEFAULT_PLACES.discovery),
        },
      }),
    );
}
