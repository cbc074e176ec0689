import { createHash, timingSafeEqual } from "node:crypto";

/** A viewer reads; an operator also sends commands; a board publishes for itself. */
export type Role = "viewer" | "operator" | "board";

/** One login. The password is a random one made by the program, so one hash of it is enough. */
export interface Credential {
  readonly user: string;
  readonly password: string;
  readonly role: Role;
}

/** Who may come in, and what each role may publish. Names and passwords are compared in constant time. */
export class Access {
  readonly #logins: readonly { readonly digest: Buffer; readonly role: Role }[];

  constructor(credentials: readonly Credential[]) {
    this.#logins = credentials.map(({ user, password, role }) => ({ digest: digest(user, password), role }));
  }

  /** The role of a login; `undefined` for a wrong one. */
  role(user: string, password: string): Role | undefined {
    const asked = digest(user, password);
    let role: Role | undefined;
    for (const login of this.#logins) if (timingSafeEqual(login.digest, asked)) role ??= login.role;
    return role;
  }

  /** The role in an `Authorization: Basic` header; `undefined` without a valid one. */
  roleOfHeader(header: string | undefined): Role | undefined {
    const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? "")?.[1];
    if (encoded === undefined) return undefined;
    const [user, ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
    return this.role(user ?? "", password.join(":"));
  }
}

/** Whether a role may publish on a topic: operators commands only, viewers nothing. */
export function mayPublish(role: Role, topic: string, retain: boolean): boolean {
  if (role === "board") return true;
  return role === "operator" && !retain && topic.endsWith("/set");
}

/** Whether a role may read a topic: messages between processes of boards carry keys, so only boards may. */
export function mayRead(role: Role, topic: string): boolean {
  return role === "board" || !topic.includes("/link/");
}

function digest(user: string, password: string): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([user, password]))
    .digest();
}
