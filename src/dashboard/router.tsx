import {
  createRootRoute,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Link,
  Navigate,
} from "@tanstack/react-router";
import type { QueueName } from "./api/calls.ts";
import { queues } from "./api/queues.ts";
import { Empty, Failure } from "./parts/states.tsx";
import { texts } from "./texts.ts";
import { ChatPage, NoChat } from "./views/chat.tsx";
import { Inbox } from "./views/inbox.tsx";
import { QueuePage } from "./views/queue.tsx";
import { Root } from "./views/root.tsx";

interface InboxSearch {
  queue?: QueueName;
  search?: string;
}

/** What is usual stays out of the address. */
function inboxSearch(given: Readonly<Record<string, unknown>>): InboxSearch {
  const queue = queues.find((name) => name === given["queue"]);
  const search = given["search"];
  return {
    ...(queue && queue !== "all" ? { queue } : {}),
    ...(typeof search === "string" && search !== "" ? { search } : {}),
  };
}

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NoPage });

const inboxRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "inbox",
  component: Inbox,
  validateSearch: inboxSearch,
});

const noChatRoute = createRoute({
  getParentRoute: () => inboxRoute,
  path: "/",
  component: NoChat,
});

const chatRoute = createRoute({
  getParentRoute: () => inboxRoute,
  path: "/conversations/$id",
  component: ChatPage,
});

const queueRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/queue",
  component: QueuePage,
});

/** Ways in, which the root shows to those who are not signed in. Whoever is has no business there. */
const doorRoutes = (
  ["/sign-up", "/forgot-password", "/reset-password", "/invitation"] as const
).map((path) =>
  createRoute({
    getParentRoute: () => rootRoute,
    path,
    component: ToInbox,
  }),
);

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    inboxRoute.addChildren([noChatRoute, chatRoute]),
    queueRoute,
    ...doorRoutes,
  ]),
  defaultErrorComponent: Fault,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function ToInbox() {
  return <Navigate to="/" replace />;
}

function NoPage() {
  return (
    <main className="no-page">
      <Empty words={texts.errors.noPage} icon="search">
        <Link to="/" className="button">
          {texts.errors.toInbox}
        </Link>
      </Empty>
    </main>
  );
}

function Fault({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} onRetry={reset} />;
}
