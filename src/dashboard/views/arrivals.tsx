import { leadName } from "../parts/names.ts";
import { useDesk, useWorkplace } from "../state/context.ts";
import { currentRow } from "../state/view.ts";
import { texts } from "../texts.ts";

/** Says aloud who has just written. */
export function Arrivals() {
  const { store } = useWorkplace();
  const { arrived } = useDesk();
  const row = arrived ? currentRow(store, arrived.conversationId) : undefined;
  return (
    <p className="spoken" role="status">
      {row && <span key={arrived?.messageId}>{texts.inbox.announce(leadName(row))}</span>}
    </p>
  );
}
