/** What linked boards may do here: in the section `links` for all of them, at a board's name for that one. */
import * as v from "valibot";
import type { LinkRights, RightsBook } from "../links/link-rights.ts";
import { id } from "./place-fields.ts";

const optional = v.exactOptional;
/** Longer lists are a fleet's inventory, not one board's rights. */
const LONGEST_LIST = 64;

/** Each is a list; what is not written is allowed to nobody. */
export const rightsFields = {
  show: optional(
    list(
      pattern("Public names of processes that the board is told of; it may call, watch and link with them."),
      'Public names that are known there: whole, or by their beginning ("pump-*"), or "*" for all. Default: none but "board", which says what this board is.',
      'at most 64 names, beginnings of names such as "pump-*", or "*" for all',
    ),
  ),
  groups: optional(
    list(
      pattern("Process groups that both boards have in common."),
      'Process groups in common: members there are seen here, and the other way round. The other board names the group, too. Names as in "show". Default: none.',
      'at most 64 groups, beginnings of their names such as "pump-*", or "*" for all',
    ),
  ),
  spawn: optional(
    list(
      v.pipe(
        v.string(),
        v.regex(/^[\w./-]{1,256}\.m?js$/),
        v.description("A module; its exported generator functions can be spawned."),
        v.metadata({ errorMessage: 'the path of a JavaScript module, such as "agents/watering.js"' }),
      ),
      "Modules from which processes may be spawned here; paths seen from this file. Default: none.",
      'paths of at most 64 modules, such as ["agents/watering.js"]',
    ),
  ),
  command: optional(
    list(
      id("Id of a device of this board."),
      "Devices of this board that may be commanded from there. Default: none.",
      'ids of at most 64 devices, such as ["pump"]',
    ),
  ),
  read: optional(
    list(
      id("Id of a device of this board."),
      "Devices of this board whose readings controllers there may follow. Default: none.",
      'ids of at most 64 devices, such as ["soil"]',
    ),
  ),
};

/** The rights of one board. */
export const rightsSchema = v.pipe(
  v.strictObject(rightsFields),
  v.description('What that board may do here; each list takes the place of the same list of "links".'),
);

type RightsConfig = v.InferOutput<typeof rightsSchema>;

const NOTHING: LinkRights = { show: [], groups: [], spawn: [], command: [], read: [] };

/** The rights that a section `links` gives. Lists of a board take the place of those beside `boards`. */
export function rightsBook(
  links: RightsConfig & { readonly boards?: readonly string[] | Readonly<Record<string, RightsConfig>> },
): RightsBook {
  const { boards } = links;
  const others = over(NOTHING, links);
  if (boards === undefined || isList(boards)) return { others, boards: {} };
  const each = Object.entries(boards).map(([board, rights]) => [board, over(others, rights)] as const);
  return { others, boards: Object.fromEntries(each) };
}

/** Ids of the devices that some board may command. */
export function lentOutputs(book: RightsBook): readonly string[] {
  return [...new Set(allRights(book).flatMap(({ command }) => command))];
}

/** Ids of the devices whose readings some board may follow. */
export function sharedDevices(book: RightsBook): readonly string[] {
  return [...new Set(allRights(book).flatMap(({ read }) => read))];
}

function allRights({ others, boards }: RightsBook): readonly LinkRights[] {
  return [others, ...Object.values(boards)];
}

function over(all: LinkRights, own: RightsConfig): LinkRights {
  const { show = all.show, groups = all.groups, spawn = all.spawn } = own;
  const { command = all.command, read = all.read } = own;
  return { show, groups, spawn, command, read };
}

function isList(boards: readonly string[] | object): boards is readonly string[] {
  return Array.isArray(boards);
}

function list<const T extends v.GenericSchema<string>>(item: T, description: string, errorMessage: string) {
  return v.pipe(
    v.array(item),
    v.maxLength(LONGEST_LIST),
    v.description(description),
    v.metadata({ errorMessage }),
  );
}

function pattern(description: string) {
  return v.pipe(
    v.string(),
    v.regex(/^(\*|[^\s@*]{1,128}\*?)$/),
    v.description(description),
    v.metadata({ errorMessage: 'a name, the beginning of names such as "pump-*", or "*" for all' }),
  );
}
