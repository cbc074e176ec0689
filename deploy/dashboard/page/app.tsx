/** The whole page; which board is shown stands in the address, so that it can be kept and shared. */
import { signal, useComputed, useSignalEffect } from "@preact/signals";
import { boardsOf } from "../store/dashboard.ts";
import { BoardSection } from "./board-section.tsx";
import { BoardTabs } from "./board-tabs.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { Header } from "./header.tsx";
import { brokerUrl, connection, dashboard, root } from "./live.ts";
import { SignIn } from "./sign-in.tsx";

const wanted = signal(decodeURIComponent(location.hash.slice(1)));
addEventListener("hashchange", () => {
  wanted.value = decodeURIComponent(location.hash.slice(1));
});

export function App() {
  const phase = useComputed(() => connection.value.phase);
  // The tab says it too: an old page among many others must not look alive.
  useSignalEffect(() => {
    document.title = phase.value === "lost" ? "connection lost · Holdfast" : "Holdfast";
  });
  return (
    <>
      <Header />
      <ConnectionBanner />
      <main data-connection={phase.value}>{phase.value === "denied" ? <SignIn /> : <Boards />}</main>
    </>
  );
}

function Boards() {
  const boards = boardsOf(dashboard.value);
  const selected = boards.find(({ id }) => id === wanted.value) ?? boards[0];
  if (selected === undefined) return <NoBoard />;
  if (boards.length === 1) return <BoardSection key={selected.id} id={selected.id} />;
  return (
    <>
      <BoardTabs
        boards={boards}
        selected={selected.id}
        select={(id) => {
          wanted.value = id;
          history.replaceState(null, "", `#${encodeURIComponent(id)}`);
        }}
      />
      <div role="tabpanel" id="board-panel" aria-labelledby={`tab-${selected.id}`}>
        <BoardSection key={selected.id} id={selected.id} />
      </div>
    </>
  );
}

function NoBoard() {
  const { phase, retryAtMs } = connection.value;
  if (phase === "online")
    return (
      <div class="empty-state" data-testid="no-boards">
        <h2>No board yet</h2>
        <p>
          Connected, but no board has reported under <code>{root}/</code>. It appears here as soon as one
          does.
        </p>
      </div>
    );
  return (
    <div class="empty-state" data-testid="no-connection">
      <h2>{retryAtMs === null ? "Connecting" : "Nothing to show yet"}</h2>
      <p>
        {retryAtMs === null ? "Waiting for an answer from" : "No answer so far from"} <code>{brokerUrl}</code>
        .
      </p>
    </div>
  );
}
