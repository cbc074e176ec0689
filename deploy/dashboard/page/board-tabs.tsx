/** One tab a board, when there are several; the arrow keys go from one to the next. */
import type { Board } from "../store/dashboard.ts";
import { Icon } from "./icon.tsx";

interface BoardTabsProps {
  readonly boards: readonly Board[];
  readonly selected: string;
  select(id: string): void;
}

export function BoardTabs({ boards, selected, select }: BoardTabsProps) {
  const move = (by: number) => {
    const index = boards.findIndex(({ id }) => id === selected) + by;
    const next = boards[(index + boards.length) % boards.length];
    if (next === undefined) return;
    select(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="boards" data-testid="boards">
      {boards.map(({ id, status }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={id === selected}
          aria-controls="board-panel"
          tabIndex={id === selected ? 0 : -1}
          data-testid={`tab-${id}`}
          onClick={() => select(id)}
          onKeyDown={({ key }) => {
            if (key === "ArrowRight") move(1);
            if (key === "ArrowLeft") move(-1);
          }}
        >
          {status?.state === "offline" && <Icon name="bad" />}
          {id}
          {status?.state === "offline" && <small>offline</small>}
        </button>
      ))}
    </div>
  );
}
