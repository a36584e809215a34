/// <reference lib="dom" />
import { byId } from "../dom.ts";
import type { PhoneState } from "../state.ts";
import { clockLabel, timeLabel } from "../timeline.ts";

interface ClockEvents {
  /** Business time. */
  now(): Date;
  /** `label` is what the button says, e.g. "+3 h". */
  onAdvance(advanceMs: number, label: string): Promise<void>;
}

/** The business clock and the buttons that move it forward, so that follow-ups can be seen today. */
export function createClockView(events: ClockEvents): (state: PhoneState) => void {
  const clock = byId("business-clock", HTMLElement);
  const statusBarTime = byId("status-bar-time", HTMLElement);
  const note = byId("clock-note", HTMLElement);
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-advance-ms]")];

  for (const button of buttons) {
    button.addEventListener("click", async () => {
      for (const each of buttons) each.disabled = true;
      await events.onAdvance(Number(button.dataset["advanceMs"]), button.textContent.trim());
      for (const each of buttons) each.disabled = false;
      button.focus();
    });
  }

  function showTime(): void {
    const label = clockLabel(events.now());
    if (clock.textContent !== label) clock.textContent = label;
    const time = timeLabel(events.now());
    if (statusBarTime.textContent !== time) statusBarTime.textContent = time;
  }
  setInterval(showTime, 1_000);

  return (state) => {
    showTime();
    if (note.textContent !== state.clockNote) note.textContent = state.clockNote;
  };
}
