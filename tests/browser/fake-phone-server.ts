import { Elysia } from "elysia";
import type { PhoneFrame, PhoneMessage, PhoneSend } from "../../src/simulator/phone/contract.ts";
import { personas } from "../../src/simulator/phone/personas.ts";
import { phonePage } from "../../src/simulator/phone/serve.ts";

interface Socket {
  send(frame: PhoneFrame): unknown;
  close(): unknown;
}

export interface FakePhoneServer {
  url: string;
  port: number;
  /** A business message in that person's chat, shown to open pages. */
  say(persona: string, message: Partial<PhoneMessage>): PhoneMessage;
  frame(persona: string, frame: PhoneFrame): void;
  /** Answers the next `count` sends with this problem body. */
  refuseSends(count: number, problem: { status: number; userMessage: string }): void;
  posted: readonly PhoneSend[];
  stop(): Promise<void>;
}

/** The contract's server without Leadline behind it: tests speak for the business. Port 0 = any free one. */
export function startFakePhoneServer(port = 0, startAt = new Date()): FakePhoneServer {
  let offsetMs = startAt.getTime() - Date.now();
  let count = 0;
  let refusal = { left: 0, status: 500, userMessage: "" };
  const chats = new Map<string, PhoneMessage[]>(personas.map(({ id }) => [id, []]));
  const sockets = new Map<string, Map<string, Socket>>(personas.map(({ id }) => [id, new Map()]));
  const posted: PhoneSend[] = [];
  const now = () => new Date(Date.now() + offsetMs).toISOString();

  function frame(persona: string, value: PhoneFrame): void {
    for (const socket of sockets.get(persona)?.values() ?? []) socket.send(value);
  }
  function put(persona: string, message: PhoneMessage): PhoneMessage {
    chats.get(persona)?.push(message);
    frame(persona, { type: "message", message });
    return message;
  }
  function nextId(): string {
    count += 1;
    return `wamid.${count}`;
  }

  const app = new Elysia()
    .use(phonePage())
    .get("/simulator/api/personas", () => ({
      data: personas,
      business: { name: "Northwind Solar", displayPhoneNumber: "+1 555 010 0000" },
    }))
    .get("/simulator/api/chats/:persona", ({ params }) => ({
      data: chats.get(params.persona) ?? [],
    }))
    .post("/simulator/api/clock", ({ body }) => {
      offsetMs += (body as { advanceMs: number }).advanceMs;
      for (const { id } of personas) frame(id, { type: "clock", now: now() });
      return { now: now() };
    })
    .post("/simulator/api/messages", ({ body, set }) => {
      if (refusal.left > 0) {
        refusal.left -= 1;
        set.status = refusal.status;
        return { userMessage: refusal.userMessage };
      }
      const send = body as PhoneSend;
      posted.push(send);
      const shown =
        "text" in send
          ? { kind: "text" as const, text: send.text }
          : { kind: send.type, text: send.title, replyTo: send.context };
      const { wamid } = put(send.persona, {
        wamid: nextId(),
        clientRef: send.clientRef,
        at: now(),
        from: "lead",
        ticks: "delivered",
        ...shown,
      });
      return { wamid };
    })
    .ws("/simulator/api/phone", {
      open(ws) {
        sockets.get(String(ws.data.query["persona"]))?.set(ws.id, ws);
        ws.send({ type: "clock", now: now() } satisfies PhoneFrame);
      },
      close(ws) {
        for (const open of sockets.values()) open.delete(ws.id);
      },
    })
    .listen({ port, hostname: "127.0.0.1" });

  const { server } = app;
  if (!server?.port) throw new Error("the fake phone server did not start");
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    posted,
    frame,
    say: (persona, message) =>
      put(persona, {
        wamid: nextId(),
        at: now(),
        from: "business",
        kind: "text",
        text: "",
        ticks: "sent",
        ...message,
      }),
    refuseSends: (left, problem) => {
      refusal = { left, ...problem };
    },
    stop: async () => {
      await app.stop(true);
    },
  };
}
