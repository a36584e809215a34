import type { ConversationRow, Message } from "../../src/dashboard/api/calls.ts";
import type { Store } from "../../src/dashboard/state/store.ts";

const PAGE_SIZE = 100;

interface Page<Row> {
  data: Row[];
  nextCursor: string | null;
}

export type Rest = Awaited<ReturnType<typeof signIn>>;

/** The API as a signed-in person's browser uses it. */
export async function signIn(origin: string, person: { email: string; password: string }) {
  const headers = new Headers({ "sec-fetch-site": "same-origin" });

  async function ask(method: "GET" | "POST", path: string, body?: object): Promise<Response> {
    const own = new Headers(headers);
    if (method === "POST") own.set("idempotency-key", crypto.randomUUID());
    if (body) own.set("content-type", "application/json");
    const answer = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers: own,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** What the path answers, which the server has checked by the same model. */
  async function get<Answer>(path: string): Promise<Answer> {
    return await (await ask("GET", path)).json();
  }

  async function pages<Row>(path: string, name: "cursor" | "before"): Promise<Row[]> {
    const rows: Row[] = [];
    for (let next: string | null = ""; next !== null; ) {
      const at = next === "" ? "" : `&${name}=${encodeURIComponent(next)}`;
      const page: Page<Row> = await get(`${path}?limit=${PAGE_SIZE}${at}`);
      rows.push(...page.data);
      next = page.nextCursor;
    }
    return rows;
  }

  const login = await ask("POST", "/auth/login", person);
  const { accessToken } = await login.json();
  headers.set("authorization", `Bearer ${accessToken}`);

  return {
    ticket: async (): Promise<string> => {
      const { ticket } = await (await ask("POST", "/auth/ticket")).json();
      return ticket;
    },
    takeOver: async (conversationId: string): Promise<void> => {
      await ask("POST", `/conversations/${conversationId}/takeover`);
    },
    conversation: (id: string) => get<ConversationRow>(`/conversations/${id}`),
    /** Every conversation with every message: what a client shows after it has started anew. */
    fill: async (store: Store): Promise<void> => {
      const rows = await pages<ConversationRow>("/conversations", "cursor");
      store.putRows(rows);
      for (const { id } of rows) {
        store.putMessages(await pages<Message>(`/conversations/${id}/messages`, "before"));
      }
    },
  };
}
