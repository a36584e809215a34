import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { ConversationRow } from "../api/calls.ts";
import { shortTime } from "../format.ts";
import { Avatar } from "../parts/avatar.tsx";
import { Icon } from "../parts/icon.tsx";
import { leadName } from "../parts/names.ts";
import { texts } from "../texts.ts";
import { Ticks } from "./ticks.tsx";

interface Props {
  row: ConversationRow;
  userId: string;
  isOpen: boolean;
  nowMs: number;
}

function authorPrefix(row: ConversationRow, userId: string): string {
  const author = row.lastMessage?.author;
  if (author === "bot") return `${texts.inbox.bot}: `;
  if (author !== "human") return "";
  return `${row.takenOverBy === userId ? texts.inbox.you : texts.inbox.person}: `;
}

/** One conversation in the list: who, what was last said, and whether it needs somebody. */
export const InboxLine = memo(function InboxLine({ row, userId, isOpen, nowMs }: Props) {
  const name = leadName(row);
  const last = row.lastMessage;
  const classes = ["line", isOpen ? "is-open" : "", row.unreadCount > 0 ? "is-unread" : ""];
  return (
    <Link
      to="/conversations/$id"
      params={{ id: row.id }}
      search={true}
      className={classes.join(" ")}
      aria-current={isOpen ? "page" : undefined}
      data-conversation={row.id}
    >
      <Avatar id={row.leadId} name={name} />
      <span className="line-top">
        <span className="line-name">
          <bdi>{name}</bdi>
        </span>
        {row.lastMessageAt && (
          <time className="line-time" dateTime={row.lastMessageAt}>
            {shortTime(row.lastMessageAt, nowMs)}
          </time>
        )}
      </span>
      <span className="line-bottom">
        {last && last.author !== "lead" && <Ticks state={last.state} />}
        <span className="line-text">
          {authorPrefix(row, userId)}
          <bdi>{last?.text ?? (last ? texts.inbox.noText(last.kind) : "")}</bdi>
        </span>
        <LineBadges row={row} />
      </span>
    </Link>
  );
});

function LineBadges({ row }: { row: ConversationRow }) {
  return (
    <span className="line-badges">
      {row.attentionReason && (
        <span className="badge badge-attention">
          <Icon name="flag" />
          <span className="spoken">{texts.inbox.attention}</span>
        </span>
      )}
      {row.mode === "human" && (
        <span className="badge badge-human">
          <Icon name="person" />
          <span className="spoken">{texts.inbox.byHuman}</span>
        </span>
      )}
      {row.unreadCount > 0 && (
        <span className="badge badge-unread">
          <span aria-hidden="true">{row.unreadCount > 99 ? "99+" : row.unreadCount}</span>
          <span className="spoken">{texts.inbox.unread(row.unreadCount)}</span>
        </span>
      )}
    </span>
  );
}
