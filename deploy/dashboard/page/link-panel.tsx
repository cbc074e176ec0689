/** The links of a board, drawn: a line to each other board, whole or broken, and what is commanded over it. */
import { useComputed } from "@preact/signals";
import { formatCountdown, formatSpan } from "../store/format.ts";
import { type Flow, flowsBetween, type LinkState, type LinkTold, linkState } from "../store/links.ts";
import { own } from "../store/own.ts";
import { Icon } from "./icon.tsx";
import { connection, dashboard, now } from "./live.ts";

export function LinkPanel({ id }: { readonly id: string }) {
  const view = useComputed(() => own(dashboard.value.boards, id)?.links);
  const links = view.value;
  const peers = Object.keys(links?.peers ?? {});
  if (links === undefined || peers.length === 0) return null;
  return (
    <ul class="links" aria-label={`links of ${id}`} data-testid={`links-${id}`}>
      {peers.map((peer) => (
        <LinkLine key={peer} id={id} peer={peer} told={links.peers[peer]!} />
      ))}
    </ul>
  );
}

interface LinkLineProps {
  readonly id: string;
  readonly peer: string;
  readonly told: LinkTold;
}

function LinkLine({ id, peer, told }: LinkLineProps) {
  const { boards } = dashboard.value;
  const board = own(boards, id)!;
  const other = own(boards, peer);
  const state = linkState(board, peer, other, connection.value);
  const flows = flowsBetween(board, peer, other, { connection: connection.value, nowMs: now.value });
  const offline = other?.status?.state === "offline";
  return (
    <li class="link" data-testid={`link-${peer}`} data-state={state}>
      <span class="link-board">{id}</span>
      <span class="wire" aria-hidden="true">
        <span class="wire-half" />
        <b>{mark(state, told)}</b>
        <span class="wire-half" />
      </span>
      {other === undefined ? (
        <span class="link-board">{peer}</span>
      ) : (
        <a class="link-board" href={`#${encodeURIComponent(peer)}`} data-testid={`link-to-${peer}`}>
          {offline && <Icon name="bad" />}
          {peer}
        </a>
      )}
      <p class="link-words" data-testid={`link-words-${peer}`}>
        {words(state, told, now.value)}
      </p>
      {flows.map((flow) => (
        <FlowLine key={`${flow.controller} ${flow.device}`} flow={flow} link={state} />
      ))}
    </li>
  );
}

/** A controller on the one side, its output on the other, an arrow between them that moves while it is on. */
function FlowLine({ flow, link }: { readonly flow: Flow; readonly link: LinkState }) {
  const { controller, device, isOut, on, lease } = flow;
  const driver = <span class="flow-end">{controller}</span>;
  const output = <span class="flow-end">{device}</span>;
  // Over a link that is down nothing is commanded, whatever was heard last.
  const isHeld = lease !== undefined && link === "up";
  return (
    <div
      class="flow"
      data-testid={`flow-${controller}-${device}`}
      data-on={isHeld && on === true ? "" : undefined}
      data-held={isHeld ? "" : undefined}
    >
      {isOut ? driver : output}
      <span class={isOut ? "arrow" : "arrow back"} aria-hidden="true" />
      {isOut ? output : driver}
      <p class="flow-words">{flowWords(flow, link)}</p>
    </div>
  );
}

function mark(state: LinkState, { roundTripMs }: LinkTold): string {
  if (state === "down") return "✕";
  if (state === "unknown") return "?";
  if (state === "oneWay") return "½";
  return roundTripMs === null ? "…" : `${roundTripMs.toFixed(roundTripMs < 10 ? 1 : 0)} ms`;
}

function words(state: LinkState, { up, sinceMs, cause, roundTripMs }: LinkTold, nowMs: number): string {
  const since = sinceMs === null ? "" : ` for ${formatSpan(nowMs - sinceMs)}`;
  switch (state) {
    case "up":
      return `linked${since}${roundTripMs === null ? "" : `, ${roundTripMs} ms there and back`}`;
    case "oneWay":
      return `linked${since} as this board sees it, and not as the other one does`;
    case "down":
      return cause === null ? "not linked yet" : `link down${since}: ${cause}`;
    case "unknown":
      return `nobody can say now; it was ${up ? "linked" : "down"}`;
  }
}

function flowWords({ controller, device, isOut, on, lease }: Flow, link: LinkState): string {
  if (on === undefined) return `${controller} commands ${device}, which nobody can see now`;
  const level = on ? "on" : "off";
  if (lease === undefined) return `${device} is ${level}: nobody commands it from there`;
  const span = formatCountdown(lease.forMs);
  if (isOut && link !== "up")
    return `${device} is out of reach, and safe by itself ${span} after the last command`;
  const { left } = lease;
  if (left === undefined) return `${device} is ${level}, and safe by itself ${span} after the last command`;
  const most = left.atMost ? "at most " : "";
  return `${device} is ${level}, its next command is overdue: safe by itself in ${most}${formatCountdown(left.ms)}`;
}
