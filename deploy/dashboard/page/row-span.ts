/**
 * Cards of different heights packed without holes: each takes as many short grid rows as it is high.
 * (Masonry in CSS grids is not in browsers yet.)
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** `grid-auto-rows` and the space below a card, px, as in page.css. */
const rowPx = 4;
const gapPx = 12;

export function useRowSpan(): RefObject<HTMLElement | null> {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    const card = box.current;
    if (card === null) return;
    const fit = () => {
      card.style.gridRowEnd = `span ${Math.ceil((card.offsetHeight + gapPx) / rowPx)}`;
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(card);
    return () => observer.disconnect();
  }, []);
  return box;
}
