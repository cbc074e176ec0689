/** What a board is told beside its configuration when its card is made: name, network, time, who may come in. One JSON file. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { choice } from "../../devices/field.ts";
import { readOptions } from "../board/options.ts";
import { pathText, Report } from "../config/problem.ts";
import { checkShape } from "../config/shape.ts";
import { wrongAddresses } from "./addresses.ts";
import { ImageError } from "./image-error.ts";
import { isTimeZone, nearestTimeZone } from "./time-zone.ts";

const optional = v.exactOptional;

function text(description: string, pattern: RegExp, allowed: string) {
  return v.pipe(
    v.string(),
    v.regex(pattern),
    v.description(description),
    v.metadata({ errorMessage: allowed }),
  );
}

/** Its form; whether there can be such a one is looked at afterwards (`wrongAddresses`), where more can be said of it. */
const IP = "\\d{1,3}(\\.\\d{1,3}){3}";
const ipAddress = text("Address of a machine.", new RegExp(`^${IP}$`), 'an address such as "192.168.1.1"');
const fixed = v.strictObject({
  address: text("Address and network.", new RegExp(`^${IP}/\\d{1,2}$`), '"192.168.1.20/24"'),
  gateway: optional(ipAddress),
});
const FIXED = '{"address": "192.168.1.20/24", "gateway": "192.168.1.1"}';

const ethernet = v.pipe(
  v.union([v.literal("dhcp"), v.literal("off"), fixed]),
  v.description("The network cable. Default: dhcp."),
  v.metadata({ errorMessage: `"dhcp", "off" or ${FIXED}` }),
);
const addressing = v.pipe(
  v.union([v.literal("dhcp"), fixed]),
  v.description("Default: dhcp."),
  v.metadata({ errorMessage: `"dhcp" or ${FIXED}` }),
);

/** IEEE 802.11-2020, 9.4.2.2. */
const MOST_SSID_BYTES = 32;

const wifi = v.strictObject({
  ssid: v.pipe(
    v.string(),
    v.regex(/^[^"\\\n]+$/),
    v.check((name) => Buffer.byteLength(name) <= MOST_SSID_BYTES),
    v.description("Name of the network."),
    v.metadata({ errorMessage: `1 to ${MOST_SSID_BYTES} bytes (of UTF-8) without quotes` }),
  ),
  passphrase: text(
    "WPA passphrase.",
    /^[ !#-[\]-~]{8,63}$/,
    "8 to 63 ASCII characters without quotes and \\",
  ),
  country: text("Whose rules the radio follows.", /^[A-Z]{2}$/, 'a country of two letters, such as "DE"'),
  addressing: optional(addressing),
});

/** The file that `holdfast image --provision` reads. */
export const provisionSchema = v.strictObject({
  hostname: optional(
    text(
      "Its name on the network. Default: the board's id.",
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'a name of a-z, 0-9 and "-", such as "greenhouse"',
    ),
  ),
  timeZone: optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+){0,2}$/),
      v.check(isTimeZone),
      v.description("Default: UTC."),
      v.metadata({ errorMessage: 'a zone such as "Europe/Berlin"', suggest: nearestTimeZone }),
    ),
  ),
  ethernet: optional(ethernet),
  wifi: optional(wifi),
  dns: optional(listOf(ipAddress, "Who resolves names. Default: what DHCP says.", '["192.168.1.1"]')),
  ntp: optional(
    listOf(
      text("A time server.", /^[A-Za-z0-9.-]{1,253}$/, "a name"),
      "Time servers. Default: Debian's pool.",
      '["ntp.local"]',
    ),
  ),
  sshKeys: optional(
    listOf(
      text(
        "One key.",
        /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+) [A-Za-z0-9+/=]+( [^\n]*)?$/,
        'the line of a .pub file as it is, such as "cat ~/.ssh/id_ed25519.pub" prints',
      ),
      "Public keys that may log in by SSH as root; without any there is no SSH.",
      'lines of .pub files, such as ["ssh-ed25519 AAAA... you@desk"]',
    ),
  ),
  console: optional(
    choice("A login on the screen and the serial port. Default: password, which is made and told once.", [
      "password",
      "off",
    ]),
  ),
  environment: optional(
    v.record(
      text("Name.", /^[A-Z][A-Z0-9_]{0,63}$/, 'a name such as "HOLDFAST_PET_LIMIT"'),
      text("Value.", /^[^'\n]{0,256}$/, "at most 256 characters, no single quotes"),
    ),
  ),
});

export type Provision = v.InferOutput<typeof provisionSchema>;

/** Reads a file. Throws `ImageError` ("badProvision") with everything that is wrong in it. */
export function readProvision(file: string): Provision {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ImageError("badProvision", `${file}: ${(error as Error).message}`, error);
  }
  return checkProvision(value, file);
}

/** `where` is named in the error. Throws `ImageError` ("badProvision"). */
export function checkProvision(value: unknown, where: string): Provision {
  const report = new Report();
  checkShape(provisionSchema, value, [], report);
  const words = report.findings.map(({ at, found, allowed, suggestion }) => {
    const nearest = suggestion === undefined ? "" : `; nearest: ${suggestion}`;
    const shown = at.at(-1) === "passphrase" ? (hidden(value as Provision) ?? found) : found;
    return `${where}: ${pathText(at)}: found ${shown}, allowed: ${allowed}${nearest}`;
  });
  const provision = value as Provision;
  const wrong =
    words.length > 0 ? words : [...wrongAddresses(provision, where), ...wrongEnvironment(provision, where)];
  if (wrong.length > 0) throw new ImageError("badProvision", wrong.join("\n"));
  return value as Provision;
}

/** A passphrase is for nobody who reads what is said here. */
function hidden({ wifi }: Provision): string | undefined {
  const { passphrase } = wifi ?? {};
  return typeof passphrase === "string" ? `${passphrase.length} characters` : undefined;
}

/** What the board's programs would not start with: read here as they read it. */
function wrongEnvironment({ environment = {} }: Provision, where: string): readonly string[] {
  return Object.entries(environment).flatMap(([name, text]) => {
    try {
      readOptions({ [name]: text });
      return [];
    } catch (error) {
      return `${where}: environment.${(error as Error).message}`;
    }
  });
}

function listOf(item: ReturnType<typeof text>, description: string, example: string) {
  const { errorMessage: itemMessage } = v.getMetadata(item);
  return v.pipe(
    v.array(item),
    v.maxLength(16),
    v.description(description),
    v.metadata({ errorMessage: `a list of at most 16: ${example}`, itemMessage }),
  );
}
