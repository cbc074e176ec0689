import type { Access, Login } from "./access.ts";
import { mayPublish, mayRead, type Places, type Rights, rightsOf } from "./rights.ts";

/** What is needed to know of a client of the broker. */
interface Client {
  readonly id: string;
  /** The stream it came by. */
  readonly conn: object;
}

/** Who is in at the board's own broker, and what each may do. A stream that nobody was expected on may do everything. */
export class Guests {
  readonly #places: Places;
  readonly #doors = new WeakMap<object, Access>();
  readonly #logins = new WeakMap<object, Login>();
  readonly #rights = new WeakMap<Login, Rights>();
  /** By client id, who has it now. */
  readonly #ids = new Map<string, Client>();

  constructor(places: Places) {
    this.#places = places;
  }

  /** Whoever comes by this stream has to log in; `login`: he has. */
  expect(stream: object, access: Access, login?: Login): void {
    this.#doors.set(stream, access);
    if (login !== undefined) this.#logins.set(stream, login);
  }

  /** Whether it has to log in. */
  isExpected({ conn }: Client): boolean {
    return this.#doors.has(conn);
  }

  /** Why a client may not come in; undefined when it may. */
  admit(client: Client, user: string, password: string): string | undefined {
    const access = this.#doors.get(client.conn);
    if (access === undefined) return undefined;
    const login = this.#logins.get(client.conn) ?? access.login(user, password);
    if (login === undefined) return "wrong user name or password";
    // [MQTT-3.1.4-3] ends the client that has the id already: nobody may end another's.
    const holder = this.#ids.get(client.id);
    if (holder !== undefined && this.#logins.get(holder.conn)?.user !== login.user) {
      return "another user's client has this id";
    }
    this.#logins.set(client.conn, login);
    return undefined;
  }

  arrived(client: Client): void {
    this.#ids.set(client.id, client);
  }

  left(client: Client): void {
    if (this.#ids.get(client.id) === client) this.#ids.delete(client.id);
  }

  /** Why a client may not publish that; undefined when it may. */
  notToPublish(client: Client, topic: string, retain: boolean): string | undefined {
    const login = this.#logins.get(client.conn);
    const rights = this.#rightsOf(client, login);
    if (rights === undefined || (rights !== "none" && mayPublish(rights, topic, retain))) return undefined;
    const who = login === undefined ? "a stranger" : `${login.user} (${login.role})`;
    return `${who} may not publish on ${topic}${retain ? " with the retain flag" : ""}`;
  }

  mayRead(client: Client, topic: string): boolean {
    const rights = this.#rightsOf(client, this.#logins.get(client.conn));
    return rights === undefined || (rights !== "none" && mayRead(rights, topic));
  }

  /** For a report. */
  named({ id, conn }: Client): { readonly client: string; readonly user?: string } {
    const user = this.#logins.get(conn)?.user;
    return { client: id, ...(user !== undefined && { user }) };
  }

  /** Undefined: everything. */
  #rightsOf({ conn }: Client, login: Login | undefined): Rights | "none" | undefined {
    if (!this.#doors.has(conn)) return undefined;
    if (login === undefined) return "none";
    const rights = this.#rights.get(login) ?? rightsOf(login.role, login.user, this.#places);
    this.#rights.set(login, rights);
    return rights;
  }
}
