import type { Check, Examination } from "../examination.ts";
import type { Finding } from "../finding.ts";
import type { RunningBoard } from "../machine.ts";

/** The ports that a board wants, or the board that has them; and what it is known by. */
export const checkNetwork: Check = (examination) => [
  ...(examination.machine.running === undefined ? portFindings(examination) : runningFindings(examination)),
  ...secretFindings(examination),
];

/** As the user who asks: a board that runs as another may find it otherwise. */
function secretFindings({ machine: { secrets = [], user } }: Examination): Finding[] {
  return secrets.map(({ what, refused }): Finding => {
    const id = "network.keys";
    if (refused === undefined)
      return {
        id,
        verdict: "ok",
        what: `${what}: ${user.name} can read its files, and secret ones are readable by their owner only`,
      };
    const remedy = `put it right and ask again; holdfast keys makes certificates, logins and the secret of links`;
    return { id, verdict: "problem", what: `${what}: ${refused.why}`, where: refused.file, remedy };
  });
}

function portFindings({ machine: { ports }, config }: Examination): Finding[] {
  return ports
    .filter(({ what }) => config?.mqtt?.url === undefined || what === "the page")
    .map(({ port, what, option, free }): Finding => {
      const id = "network.port";
      if (free) return { id, verdict: "ok", what: `port ${port} is free for ${what}` };
      const remedy = `end what has it (sudo ss -ltnp "sport = :${port}" names it), or holdfast run ${option} <port>`;
      return { id, verdict: "problem", what: `port ${port} is in use, so ${what} cannot start`, remedy };
    });
}

/** A board goes on controlling without its broker, but nobody hears of it. */
function brokerFinding({ broker, page }: RunningBoard): Finding {
  const id = "network.broker";
  if ("url" in broker)
    return {
      id,
      verdict: "ok",
      what: `it is on the broker at ${broker.url}, MQTT ${broker.mqtt}`,
      where: page,
    };
  const remedy =
    "start the broker, or correct url, credentialsFile or tls of mqtt; the board tries again by itself";
  return { id, verdict: "problem", what: `it is on no broker: ${broker.cause}`, where: page, remedy };
}

/** The board itself knows best how its devices are: what is not in full service is told with its cause. */
function runningFindings({ machine: { running } }: Examination): Finding[] {
  if (running === undefined) return [];
  const { id: board, hardware, page, devices } = running;
  const ill = devices.filter(({ mode }) => mode !== "full");
  const what = `board ${board} (${hardware}) runs here, ${devices.length - ill.length} of ${devices.length} devices and controllers in full service`;
  return [
    { id: "network.running", verdict: "ok", what, where: page },
    brokerFinding(running),
    ...ill.map(({ id, mode, cause }): Finding => {
      const remedy = `holdfast mode ${id} says more, holdfast inspect shows crashes`;
      return {
        id: "network.device",
        verdict: "problem",
        what: `${id} is ${mode}: ${cause ?? "no cause told"}`,
        where: page,
        remedy,
      };
    }),
  ];
}
