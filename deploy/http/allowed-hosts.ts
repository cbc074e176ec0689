/**
 * Which `Host` and `Origin` a request may carry.
 *
 * A page elsewhere can make a browser on this machine send requests to localhost, and with DNS rebinding even
 * under a name of its own. Its `Host` or `Origin` gives it away: both must be names of this board.
 */
export class AllowedHosts {
  readonly #authorities: ReadonlySet<string>;

  /** `extra`: `"greenhouse.local"` (with our port) or `"garden.example:443"` (with that port). */
  constructor(port: number, extra: readonly string[] = []) {
    const authorities = ["localhost", "127.0.0.1", "[::1]"].map((host) => `${host}:${port}`);
    for (const entry of extra) {
      const authority = splitAuthority(entry);
      if (authority === undefined)
        throw new Error(`allowed host "${entry}" is none: write name or name:port`);
      authorities.push(`${authority.host}:${authority.port ?? port}`);
    }
    this.#authorities = new Set(authorities);
  }

  /** Whether a `Host` header names this board. Without a port it means 80, or 443 behind a proxy with TLS. */
  host(header: string | undefined): boolean {
    const authority = splitAuthority(header ?? "");
    if (authority === undefined) return false;
    const ports = authority.port === undefined ? [80, 443] : [authority.port];
    return ports.some((port) => this.#authorities.has(`${authority.host}:${port}`));
  }

  /** Whether an `Origin` header is a page of this board. Absent is fine: programs other than browsers send none. */
  origin(header: string | undefined): boolean {
    if (header === undefined) return true;
    const match = /^(https?):\/\/([^/]+)$/i.exec(header);
    const authority = splitAuthority(match?.[2] ?? "");
    if (match === null || authority === undefined) return false;
    const port = authority.port ?? (match[1]!.toLowerCase() === "https" ? 443 : 80);
    return this.#authorities.has(`${authority.host}:${port}`);
  }
}

/**
 * Whether the browser says that another site caused this request. Following a link to us is allowed; being
 * loaded by a foreign page as image, script or frame is not.
 */
export function isForeignFetch(
  site: string | undefined,
  mode: string | undefined,
  dest: string | undefined,
): boolean {
  if (site !== "cross-site" && site !== "same-site") return false;
  return !(mode === "navigate" && dest === "document");
}

function splitAuthority(
  text: string,
): { readonly host: string; readonly port: number | undefined } | undefined {
  const match = /^([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) return undefined;
  return {
    host: match[1]!.toLowerCase().replace(/\.$/, ""),
    port: match[2] === undefined ? undefined : Number(match[2]),
  };
}
