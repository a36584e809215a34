import { Link } from "@tanstack/react-router";
import { Button } from "react-aria-components";
import type { ConversationRow } from "../api/calls.ts";
import { sayError } from "../api/http.ts";
import { duration } from "../format.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { Key } from "../parts/key.tsx";
import { type Holder, holderOf, leadName } from "../parts/names.ts";
import { useDesk, useNow, useWorkplace } from "../state/context.ts";
import { useHandOver } from "../state/use-chat.ts";
import { texts } from "../texts.ts";

interface Props {
  row: ConversationRow;
  showsPanel: boolean;
  onTogglePanel: () => void;
}

/** Who this is, who holds the chat, how long one may write freely, and the one action. */
export function ChatHeader({ row, showsPanel, onTogglePanel }: Props) {
  const { session } = useWorkplace();
  const holder = holderOf(row, session.user.id);
  const handOver = useHandOver(row.id);
  const name = leadName(row);
  return (
    <header className="chat-header">
      <div className="chat-bar">
        <Link to="/" search={true} className="icon-button chat-back" aria-label={texts.chat.back}>
          <Icon name="back" />
        </Link>
        <Avatar id={row.leadId} name={name} />
        <div className="chat-who">
          <h2 dir="auto">{name}</h2>
          <p className="chat-facts">
            <HolderBadge holder={holder} />
            <WindowLeft row={row} />
          </p>
        </div>
        <Viewers conversationId={row.id} />
        <Button
          className={holder.kind === "bot" ? "button is-strong" : "button"}
          isDisabled={handOver.isPending || session.role === "viewer"}
          onPress={() => handOver.mutate(holder.kind === "bot" ? "takeover" : "release")}
          aria-keyshortcuts="t"
        >
          <span>{holder.kind === "bot" ? texts.chat.takeOver : texts.chat.release}</span>
          <Key name="T" />
        </Button>
        <Button
          className="icon-button chat-details"
          aria-label={texts.chat.details}
          aria-expanded={showsPanel}
          onPress={onTogglePanel}
        >
          <Icon name="info" />
        </Button>
      </div>
      <Attention row={row} onResolve={() => handOver.mutate("resolve-attention")} />
      <p className="action-note" role="status">
        {handOver.isError && `${texts.chat.failedAction} ${sayError(handOver.error)}`}
      </p>
    </header>
  );
}

function holderWords(holder: Holder): string {
  if (holder.kind === "other") return texts.chat.modeOther(holder.name);
  return holder.kind === "you" ? texts.chat.modeYou : texts.chat.modeBot;
}

/** Changes of it are said aloud: who owns a chat must always be clear. */
function HolderBadge({ holder }: { holder: Holder }) {
  return (
    <span className={`holder holder-${holder.kind}`} role="status">
      <Icon name={holder.kind === "bot" ? "bot" : "person"} />
      {holderWords(holder)}
    </span>
  );
}

const HALF_MINUTE_MS = 30_000;
const SOON_MS = 2 * 60 * 60_000;

/** The countdown of the 24 hours in which free-form messages are allowed. */
function WindowLeft({ row }: { row: ConversationRow }) {
  const nowMs = useNow(HALF_MINUTE_MS);
  const { closesAt, open } = row.window;
  if (closesAt === null) return <span className="window is-closed">{texts.window.never}</span>;
  const leftMs = Date.parse(closesAt) - nowMs;
  const isOpen = open && leftMs > 0;
  const tone = isOpen ? (leftMs < SOON_MS ? "is-soon" : "is-open") : "is-closed";
  return (
    <span className={`window ${tone}`}>
      <Icon name="clock" />
      <span>
        {isOpen ? texts.window.left(duration(leftMs)) : texts.window.closed}
        {isOpen && <span className="window-for">{texts.window.leftFor}</span>}
      </span>
    </span>
  );
}

/** Colleagues who look at the same chat. */
function Viewers({ conversationId }: { conversationId: string }) {
  const { session } = useWorkplace();
  const others = (useDesk().viewers.get(conversationId) ?? []).filter(
    ({ userId }) => userId !== session.user.id,
  );
  if (others.length === 0) return null;
  return (
    <p className="viewers" role="status">
      <Icon name="eye" />
      <span>{texts.chat.viewers(others.map(({ name }) => name).join(", "))}</span>
    </p>
  );
}

function Attention({ row, onResolve }: { row: ConversationRow; onResolve: () => void }) {
  if (row.attentionReason === null) return null;
  return (
    <div className="attention">
      <Icon name="flag" />
      <p>
        <strong>{texts.chat.attention}.</strong> {texts.attentionReasons[row.attentionReason]}.
      </p>
      <Button className="button is-small" onPress={onResolve}>
        {texts.chat.resolve}
      </Button>
    </div>
  );
}
