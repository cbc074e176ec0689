/** A board, an operator and a viewer at a broker with the rights that `holdfast keys acl` writes, and nothing more. */
import { join } from "node:path";
import { fleetLogins, writeBrokerFiles } from "../../../deploy/keys/fleet-logins.ts";
import { readBrokerLogin } from "../../../deploy/mqtt/broker-login.ts";
import { EmbeddedBroker } from "../../../deploy/mqtt/embedded-broker.ts";
import { DEFAULT_PLACES } from "../../../deploy/mqtt/rights.ts";
import { readUsers } from "../../../deploy/mqtt/users-file.ts";
import type { BoardBroker } from "../../../deploy/update/parts/mqtt-parts.ts";
import { mosquitto } from "../../harness/mosquitto.ts";
import { type MqttProbe, probe } from "../../harness/mqtt-probe.ts";
import type { SpecContext } from "../../harness/spec.ts";
import { temporary } from "./a-place.ts";

export interface FleetBroker {
  /** How the board reaches it. */
  readonly board: BoardBroker;
  /** A client of the operator `otto` or the viewer `vera`. */
  readonly as: (user: "otto" | "vera", filters?: readonly string[]) => Promise<MqttProbe>;
}

function fleet(t: SpecContext) {
  const folder = temporary(t);
  const logins = fleetLogins(folder, [
    ["greenhouse", "board"],
    ["otto", "operator"],
    ["vera", "viewer"],
  ]);
  writeBrokerFiles(folder, logins, DEFAULT_PLACES);
  const login = (user: string) => readBrokerLogin({ credentials: join(folder, `${user}.login.json`) });
  const at = (url: string): FleetBroker => ({
    board: { url, login: () => login("greenhouse"), root: "holdfast", board: "greenhouse" },
    as: (user, filters) => {
      const { user: username, password } = login(user);
      return probe(t, url, filters, { username: username!, password: password! });
    },
  });
  return { folder, at };
}

export async function atMosquitto(t: SpecContext): Promise<FleetBroker> {
  const { folder, at } = fleet(t);
  const broker = await mosquitto(
    t,
    [],
    [
      "allow_anonymous false",
      `password_file ${join(folder, "mosquitto.passwd")}`,
      `acl_file ${join(folder, "mosquitto.acl")}`,
    ],
  );
  return at(broker.url);
}

export async function atOwnBroker(t: SpecContext): Promise<FleetBroker> {
  const { folder, at } = fleet(t);
  const broker = await EmbeddedBroker.start({ port: 0 });
  t.defer(() => broker.close());
  const credentials = readUsers(join(folder, "users.json"));
  const port = await broker.openToNetwork({ host: "127.0.0.1", port: 0, credentials });
  return at(`mqtt://127.0.0.1:${port}`);
}
