import type { AddressInfo, Server } from "node:net";

/** Where a server listens and how its user would change that. */
export interface ListenPlace {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** What the server is, for a sentence: `"the MQTT broker"`. */
  readonly what: string;
  readonly option: string;
  readonly environment: string;
}

/** Addresses that only programs on this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** Starts `server`; gives the port it got. The error says which option changes a port that is taken. */
export function listen(server: Server, place: ListenPlace): Promise<number> {
  return new Promise((done, fail) => {
    const refuse = (error: NodeJS.ErrnoException) => fail(explain(error, place));
    server.once("error", refuse);
    server.listen({ host: place.host, port: place.port, backlog: 64 }, () => {
      server.removeListener("error", refuse);
      done((server.address() as AddressInfo).port);
    });
  });
}

function explain(
  error: NodeJS.ErrnoException,
  { host, port, what, option, environment }: ListenPlace,
): Error {
  const change = `choose another with ${option} or ${environment}`;
  const sentence =
    error.code === "EADDRINUSE"
      ? `port ${port} on ${host} is in use, so ${what} cannot start: ${change}`
      : error.code === "EACCES"
        ? `port ${port} on ${host} is not allowed to this user, so ${what} cannot start: ${change}`
        : `${what} cannot listen on ${host} port ${port} (${error.code ?? error.message}): ${change}`;
  return new Error(sentence, { cause: error });
}
