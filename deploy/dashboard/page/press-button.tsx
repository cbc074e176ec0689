/** An emulated push button: pressed for as long as it is held, by pointer or key. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

interface PressButtonProps {
  readonly device: string;
  readonly disabled: boolean;
  set(pressed: boolean): void;
}

export function PressButton({ device, disabled, set }: PressButtonProps) {
  const held = useSignal(false);
  const report = useRef(set);
  report.current = set;
  const hold = (pressed: boolean) => {
    if (held.value === pressed) return;
    held.value = pressed;
    report.current(pressed);
  };
  const release = useRef(hold);
  release.current = hold;
  // A finger lifted elsewhere, a window that loses the focus, a card that goes: none may leave it pressed.
  useEffect(() => {
    const letGo = () => release.current(false);
    addEventListener("blur", letGo);
    return () => {
      removeEventListener("blur", letGo);
      letGo();
    };
  }, []);
  return (
    <button
      type="button"
      class={held.value ? "press held" : "press"}
      data-testid={`press-${device}`}
      aria-pressed={held.value}
      disabled={disabled}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        hold(true);
      }}
      onPointerUp={() => hold(false)}
      onPointerCancel={() => hold(false)}
      onLostPointerCapture={() => hold(false)}
      onKeyDown={(event) => {
        if (event.key === " " || event.key === "Enter") hold(true);
      }}
      onKeyUp={() => hold(false)}
      onBlur={() => hold(false)}
      onContextMenu={(event) => event.preventDefault()}
    >
      {held.value ? "held down" : "press and hold"}
    </button>
  );
}
