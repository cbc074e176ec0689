/**
 * Finds exports by module and name: in what came with the thread's program, else by importing the module.
 *
 * Importing needs Node's event loop. A blocking cell that is asked to spawn something not loaded yet leaves its
 * loop for that (`busy`, `settle`); its processes wait as long.
 */
import type { Body } from "../process/cell-contract.ts";
import type { ExportRef } from "./kernel.ts";

/** Modules that came with the program of the thread, by the name an `ExportRef` has for them. */
export type ThreadModules = Readonly<Record<string, object>>;

export class ModuleLoader {
  readonly #modules: ThreadModules;
  readonly #loaded = new Map<string, object>();
  readonly #loading = new Set<Promise<void>>();

  constructor(modules: ThreadModules) {
    this.#modules = modules;
  }

  /** A function; throws when the module cannot be loaded or has no such one. */
  async load<T>({ module, name }: ExportRef): Promise<T> {
    const exports = this.#find(module) ?? ((await import(module)) as object);
    this.#loaded.set(module, exports);
    return functionOf(exports, module, name) as T;
  }

  /** The body, when its module is there; `undefined` when it has to be loaded first. Throws as `load`. */
  find({ module, name }: ExportRef): Body | undefined {
    const exports = this.#find(module);
    return exports && (functionOf(exports, module, name) as Body);
  }

  /** Loads the module for a later `find`; `then` gets the failure, if there is one. */
  request(ref: ExportRef, then: (failure: unknown) => void): void {
    const loading = this.load(ref).then(() => then(undefined), then);
    this.#loading.add(loading);
    void loading.then(() => this.#loading.delete(loading));
  }

  /** Something waits for the event loop. */
  get busy(): boolean {
    return this.#loading.size > 0;
  }

  async settle(): Promise<void> {
    await Promise.all(this.#loading);
  }

  #find(module: string): object | undefined {
    return this.#modules[module] ?? this.#loaded.get(module);
  }
}

function functionOf(exports: object, module: string, name: string): unknown {
  const found = (exports as Record<string, unknown>)[name];
  if (typeof found === "function") return found;
  throw new TypeError(`${module} exports no function "${name}"`);
}
