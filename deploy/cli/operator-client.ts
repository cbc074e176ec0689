/** A board's inside seen from the command line, over its HTTP port. */
import { CliError, EXIT } from "./exit-code.ts";

export interface OperatorFlags {
  /** Where the board's page is: `http://127.0.0.1:8080/`, with user name and password where it asks for them. */
  readonly page: string;
  readonly json: boolean;
}

const ANSWER_LIMIT_MS = 15_000;

export interface AskLimits {
  /** How long the board may take. Default 15 s. */
  readonly limitMs?: number;
  /** Nobody waits for the answer any more. */
  readonly stop?: AbortSignal;
  /** For what changes something. Default GET. */
  readonly method?: "POST";
}

/** One document. Throws `CliError` when nobody answers or the board refuses. */
export async function askBoard<T>(
  { page }: OperatorFlags,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
  { limitMs = ANSWER_LIMIT_MS, stop, method }: AskLimits = {},
): Promise<T> {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const limit = AbortSignal.timeout(limitMs);
  const signal = stop === undefined ? limit : AbortSignal.any([limit, stop]);
  const response = await request(page, path, new URLSearchParams(given), signal, method);
  return (await response.json()) as T;
}

/** Documents as they come, until the board ends them or `stop` does. */
export async function* followBoard<T>(
  { page }: OperatorFlags,
  path: string,
  query: URLSearchParams,
  stop: AbortSignal,
): AsyncGenerator<T> {
  const response = await request(page, path, query, stop);
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line) as T;
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

async function request(
  page: string,
  path: string,
  query: URLSearchParams,
  signal: AbortSignal,
  method: "GET" | "POST" = "GET",
): Promise<Response> {
  const address = new URL(path, page);
  address.search = String(query);
  const { username, password } = address;
  address.username = "";
  address.password = "";
  const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString(
    "base64",
  );
  const headers: Record<string, string> = username === "" ? {} : { Authorization: `Basic ${login}` };
  let response: Response;
  try {
    response = await fetch(address, { method, headers, signal });
  } catch (error) {
    const why = (error as { cause?: { code?: string } }).cause?.code ?? (error as Error).message;
    throw new CliError(
      EXIT.unreachable,
      `no board at ${address.origin} (${why}): is it running? --page names another address`,
    );
  }
  if (response.ok) return response;
  const text = await response.text();
  const code = response.status === 400 ? EXIT.usage : EXIT.failed;
  const said = errorOf(text);
  throw new CliError(
    code,
    said ?? `${address.origin} answers ${response.status}: ${text.trim().slice(0, 200)}`,
  );
}

/** The board's own sentence; undefined of whoever else answers there. */
function errorOf(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}
