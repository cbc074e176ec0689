/** Accounts in the text of /etc/passwd, /etc/group and /etc/shadow (passwd(5), group(5), shadow(5)). */

export interface Accounts {
  readonly passwd: string;
  readonly group: string;
  readonly shadow: string;
}

/** The range of system accounts without a fixed number (Debian Policy 9.2.2). */
const SYSTEM_IDS = { from: 999, to: 100 };

/**
 * The texts with a system account that has a group of its name and no password, in those of `groups` that there are. What is there is
 * kept: an account of that name changes nothing but its groups.
 */
export function withSystemAccount(
  { passwd, group, shadow }: Accounts,
  name: string,
  home: string,
  groups: readonly string[],
): Accounts {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) throw new TypeError(`"${name}" is no account's name`);
  const has = (text: string) => text.split("\n").some((line) => line.startsWith(`${name}:`));
  const taken = new Set([...ids(passwd), ...ids(group)]);
  const id = freeId(taken);
  const gid = has(group) ? Number(fieldsOf(group, name)[2]) : id;
  return {
    passwd: has(passwd) ? passwd : added(passwd, `${name}:x:${id}:${gid}:Holdfast:${home}:/usr/sbin/nologin`),
    shadow: has(shadow) ? shadow : added(shadow, `${name}:!:::::::`),
    group: withMember(has(group) ? group : added(group, `${name}:x:${gid}:`), name, groups),
  };
}

function withMember(group: string, name: string, groups: readonly string[]): string {
  return group
    .split("\n")
    .map((line) => {
      const fields = line.split(":");
      if (fields.length !== 4 || !groups.includes(fields[0]!)) return line;
      const members = fields[3] === "" ? [] : fields[3]!.split(",");
      return members.includes(name) ? line : [...fields.slice(0, 3), [...members, name].join(",")].join(":");
    })
    .join("\n");
}

function fieldsOf(text: string, name: string): string[] {
  return text
    .split("\n")
    .find((line) => line.startsWith(`${name}:`))!
    .split(":");
}

function ids(text: string): number[] {
  return text.split("\n").map((line) => Number(line.split(":")[2]));
}

function freeId(taken: ReadonlySet<number>): number {
  for (let id = SYSTEM_IDS.from; id >= SYSTEM_IDS.to; id--) if (!taken.has(id)) return id;
  throw new RangeError("no number is free for a system account");
}

function added(text: string, line: string): string {
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}
