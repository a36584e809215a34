import { Link } from "@tanstack/react-router";
import { Button } from "react-aria-components";
import type { ConversationRow } from "../api/calls.ts";
import { sayError } from "../api/http.ts";
import { duration } from "../format.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { type Holder, holderOf, leadName } from "../parts/names.ts";
import { useDesk, useNow, useWorkplace } from "../state/context.ts";
import { useHandOver } from "../state/use-chat.ts";
import { windowLeftMs } from "../state/view.ts";
import { texts } from "../texts.ts";
import { HolderButton } from "./holder-button.tsx";

interface Props {
  row: ConversationRow;
  showsPanel: boolean;
  onTogglePanel: () => void;
}

/** Who this is, who holds the chat, how long one may write freely, and the one action. */
export function ChatHeader({ row, showsPanel, onTogglePanel }: Props) {
  const { session } = useWorkplace();
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
          <h2>
            <bdi>{name}</bdi>
          </h2>
          <p className="chat-facts">
            {row.optedOutAt === null ? (
              <>
                <HolderBadge holder={holderOf(row, session.user.id)} />
                <WindowLeft row={row} />
              </>
            ) : (
              <OptedOut />
            )}
          </p>
        </div>
        <Viewers conversationId={row.id} />
        <HolderButton row={row} isPending={handOver.isPending} onAct={handOver.mutate} />
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
      <span>{holderWords(holder)}</span>
    </span>
  );
}

/** Nobody may write, whoever has the chat. */
function OptedOut() {
  return (
    <span className="holder holder-nobody">
      <Icon name="stop" />
      <span>{texts.chat.optedOut}</span>
    </span>
  );
}

const HALF_MINUTE_MS = 30_000;
const HOUR_MS = 60 * 60_000;
const SOON_MS = 2 * HOUR_MS;
const wholeHours = (ms: number) => ms - (ms % HOUR_MS);

/** The countdown of the 24 hours in which free-form messages are allowed. */
function WindowLeft({ row }: { row: ConversationRow }) {
  const leftMs = windowLeftMs(row, useNow(HALF_MINUTE_MS));
  const never = row.window.closesAt === null;
  const tone = leftMs === null ? "is-closed" : leftMs < SOON_MS ? "is-soon" : "is-open";
  return (
    <span className={`window ${tone}`}>
      <Icon name="clock" />
      {leftMs === null ? (
        <span>{never ? texts.window.never : texts.window.closed}</span>
      ) : (
        <span>
          {texts.window.left(duration(leftMs < SOON_MS ? leftMs : wholeHours(leftMs)))}
          <span className="window-for">{texts.window.leftFor}</span>
        </span>
      )}
    </span>
  );
}

/** Colleagues who look at the same chat. */
function Viewers({ conversationId }: { conversationId: string }) {
  const { session } = useWorkplace();
  const others = (useDesk().viewers.get(conversationId) ?? []).filter(
    ({ userId }) => userId !== session.user.id,
  );
  const [first] = others;
  const words = texts.chat.viewers(others.map(({ name }) => name).join(", "));
  return (
    <div role="status" className="viewers-place">
      {first && (
        <p className="viewers" title={words}>
          <Icon name="eye" />
          <span className="spoken">{words}</span>
          <span className="viewers-name" aria-hidden="true">
            {first.name}
          </span>
          {others.length > 1 && (
            <span aria-hidden="true">{texts.chat.more(others.length - 1)}</span>
          )}
        </p>
      )}
    </div>
  );
}

function Attention({ row, onResolve }: { row: ConversationRow; onResolve: () => void }) {
  const { session } = useWorkplace();
  if (row.attentionReason === null) return null;
  return (
    <div className="attention">
      <Icon name="flag" />
      <p>
        <span className="spoken">{texts.chat.attention}</span>
        {texts.attentionReasons[row.attentionReason]}
      </p>
      {session.role !== "viewer" && (
        <Button className="button is-small" onPress={onResolve}>
          {texts.chat.resolve}
        </Button>
      )}
    </div>
  );
}
