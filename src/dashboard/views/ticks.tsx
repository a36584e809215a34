import type { Message } from "../api/calls.ts";
import { Icon, type IconName } from "../parts/icon.tsx";
import { texts } from "../texts.ts";

type State = Message["state"];

const drawings: Readonly<Record<State, IconName>> = {
  received: "tick",
  queued: "clock",
  sending: "clock",
  unknown: "help",
  accepted: "tick",
  sent: "tick",
  delivered: "ticks",
  read: "ticks",
  played: "ticks",
  failed: "alert",
  cancelled: "close",
};

/** How far an outgoing message has come: as a mark, and in words for those who do not see it. */
export function Ticks({ state }: { state: State }) {
  return (
    <span className={`ticks ticks-${state}`} title={texts.states[state]}>
      <Icon name={drawings[state]} />
      <span className="spoken">{texts.states[state]}</span>
    </span>
  );
}
