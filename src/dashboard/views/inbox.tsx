import { Link, Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Button, Input, SearchField } from "react-aria-components";
import { queues } from "../api/queues.ts";
import { Icon } from "../parts/icon.tsx";
import { useConversations } from "../state/use-conversations.ts";
import { texts } from "../texts.ts";
import { Arrivals } from "./arrivals.tsx";
import { InboxList } from "./inbox-list.tsx";
import { useInboxKeys } from "./use-inbox-keys.ts";

const SEARCH_PAUSE_MS = 250;

/** The list of conversations, and beside it the one that is open. */
export function Inbox() {
  const { queue = "all", search = "" } = useSearch({ from: "/inbox" });
  const inbox = { queue, search };
  const { id: openId = null } = useParams({ strict: false });
  const conversations = useConversations(inbox);
  useInboxKeys(conversations.lines, openId);
  return (
    <div className={`inbox ${openId === null ? "shows-list" : "shows-chat"}`}>
      <section className="list" aria-label={texts.nav.inbox}>
        <header className="list-header">
          <h1>{texts.nav.inbox}</h1>
          <Search value={search} />
          <nav className="tabs" aria-label={texts.queues.label}>
            {queues.map((name) => (
              <Link
                key={name}
                to="."
                search={(kept) => ({ ...kept, queue: name })}
                className="tab"
                aria-current={name === queue ? "true" : undefined}
              >
                {texts.queues[name]}
              </Link>
            ))}
          </nav>
        </header>
        <InboxList inbox={inbox} conversations={conversations} openId={openId} />
      </section>
      <Outlet />
      <Arrivals />
    </div>
  );
}

/** Searches when typing pauses; the words are kept in the address. */
function Search({ value }: { value: string }) {
  const navigate = useNavigate();
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text.trim() === value) return;
    const apply = () =>
      void navigate({
        to: ".",
        search: (kept) => ({ ...kept, search: text.trim() }),
        replace: true,
      });
    const timer = setTimeout(apply, SEARCH_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, value, navigate]);
  return (
    <SearchField className="search" aria-label={texts.inbox.search} value={text} onChange={setText}>
      <Icon name="search" />
      <Input id="search" placeholder={texts.inbox.search} maxLength={100} />
      <Button className="search-clear">
        <Icon name="close" />
      </Button>
    </SearchField>
  );
}
