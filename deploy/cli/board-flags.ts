/** What the words after a verb say of a board at its broker. */
import { resolve } from "node:path";
import { DEFAULT_PORTS } from "../board/options.ts";
import type { LoginFiles } from "../mqtt/broker-login.ts";
import { type Flags, textOf } from "./flags.ts";
import { mqttRoot } from "./mqtt-root.ts";

/** Which board, and how its broker is reached: as written, else from the environment. */
export function boardFlags(flags: Flags) {
  const board = textOf(flags.board);
  const port = process.env.HOLDFAST_MQTT_PORT || DEFAULT_PORTS.mqtt;
  return {
    json: flags.json === true,
    url: textOf(flags.url) ?? process.env.HOLDFAST_BROKER ?? `mqtt://127.0.0.1:${port}`,
    login: loginFlags(flags),
    ...mqttRoot(flags),
    ...(board === undefined ? {} : { board }),
  };
}

function loginFlags(flags: Flags): LoginFiles {
  const names = ["credentials", "ca", "cert", "key"] as const;
  return Object.fromEntries(
    names.flatMap((name) => {
      const file = textOf(flags[name]) ?? (process.env[`HOLDFAST_${name.toUpperCase()}`] || undefined);
      return file === undefined ? [] : [[name, resolve(file)]];
    }),
  );
}
