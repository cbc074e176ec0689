import { createHash, timingSafeEqual } from "node:crypto";
import type { Role } from "./rights.ts";

/** One login. The password is a random one made by the program, so one hash of it is enough. */
export type Credential =
  | { readonly user: string; readonly role: Role; readonly password: string }
  /** `digest`: of `userDigest`. */
  | { readonly user: string; readonly role: Role; readonly digest: Buffer };

/** Who came in: as whom, and what for. */
export interface Login {
  readonly user: string;
  readonly role: Role;
}

/** Who may come in. Names and passwords are compared in constant time. */
export class Access {
  readonly #logins: readonly (Login & { readonly digest: Buffer })[];

  constructor(credentials: readonly Credential[]) {
    this.#logins = credentials.map((credential) => ({
      user: credential.user,
      role: credential.role,
      digest: "digest" in credential ? credential.digest : userDigest(credential.user, credential.password),
    }));
  }

  /** A login; `undefined` for a wrong one. */
  login(user: string, password: string): Login | undefined {
    const asked = userDigest(user, password);
    let found: Login | undefined;
    for (const { digest, ...login } of this.#logins) if (timingSafeEqual(digest, asked)) found ??= login;
    return found;
  }

  /** The role of a login; `undefined` for a wrong one. */
  role(user: string, password: string): Role | undefined {
    return this.login(user, password)?.role;
  }

  /** The login in an `Authorization: Basic` header; `undefined` without a valid one. */
  ofHeader(header: string | undefined): Login | undefined {
    const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? "")?.[1];
    if (encoded === undefined) return undefined;
    const [user, ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
    return this.login(user ?? "", password.join(":"));
  }

  /** The role in such a header. */
  roleOfHeader(header: string | undefined): Role | undefined {
    return this.ofHeader(header)?.role;
  }
}

/** SHA-256 of a user and his password, 32 bytes. */
export function userDigest(user: string, password: string): Buffer {
  return createHash("sha256")
    .update(JSON.stringify([user, password]))
    .digest();
}
