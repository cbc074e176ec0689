/** Addresses of IPv4 in a provision: a board with one that cannot be is there, and nobody reaches it. */
import type { Provision } from "./provision.ts";

const BYTE = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const ADDRESS = `${BYTE}(\\.${BYTE}){3}`;

/** `192.168.1.1` */
const IP_ADDRESS = new RegExp(`^${ADDRESS}$`);
/** `192.168.1.20/24` */
const IP_IN_NETWORK = new RegExp(`^${ADDRESS}/([1-9]|[12]\\d|3[0-2])$`);

/** Addresses that cannot be, and gateways that are not in the network that they lead out of: a sentence each. `where`: the file. */
export function wrongAddresses({ ethernet, wifi, dns = [] }: Provision, where: string): readonly string[] {
  const wrong = (at: string, found: string, allowed: string) =>
    `${where}: ${at}: found "${found}", allowed: ${allowed}`;
  const networks = Object.entries({ ethernet, "wifi.addressing": wifi?.addressing });
  return [
    ...networks.flatMap(([at, given]) => {
      if (typeof given !== "object") return [];
      const { address, gateway } = given;
      if (!IP_IN_NETWORK.test(address))
        return wrong(`${at}.address`, address, 'bytes to 255 and a network to 32, as "192.168.1.20/24"');
      if (gateway === undefined || (IP_ADDRESS.test(gateway) && isInNetworkOf(address, gateway))) return [];
      return wrong(`${at}.gateway`, gateway, `an address of ${networkOf(address)}`);
    }),
    ...dns.flatMap((address, index) =>
      IP_ADDRESS.test(address) ? [] : wrong(`dns.${index}`, address, 'bytes to 255, as "192.168.1.1"'),
    ),
  ];
}

/** `192.168.1.0/24` for `192.168.1.20/24`. */
function networkOf(address: string): string {
  const [ip = "", bits = ""] = address.split("/");
  const mask = (2 ** 32 - 2 ** (32 - Number(bits))) >>> 0;
  const first = (numberOf(ip) & mask) >>> 0;
  return `${[24, 16, 8, 0].map((shift) => (first >>> shift) & 255).join(".")}/${bits}`;
}

/** Whether `ip` is of the network that `address` (`192.168.1.20/24`) is of. */
function isInNetworkOf(address: string, ip: string): boolean {
  const [, bits = ""] = address.split("/");
  return networkOf(`${ip}/${bits}`) === networkOf(address);
}

function numberOf(ip: string): number {
  return ip.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0) >>> 0;
}
