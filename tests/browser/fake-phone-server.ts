import { Elysia } from "elysia";
import type {
  Persona,
  PhoneFrame,
  PhoneMessage,
  PhoneSend,
} from "../../src/simulator/phone/contract.ts";
import { phonePage } from "../../src/simulator/phone/serve.ts";

const people: readonly Persona[] = [
  {
    id: "ana",
    name: "Ana Reyes",
    about: "Shows her number. Compares three offers and wants the price first.",
    phone: "15550100001",
    bsuid: "US.1",
    username: null,
    language: "en",
    suggestions: ["Hi, how much is it?", "How does it work?", "Can I talk to a person?"],
  },
  {
    id: "sam",
    name: "Sam Okafor",
    about: "Hides his number behind a username. Leadline answers him all the same.",
    phone: null,
    bsuid: "US.2",
    username: "sam.okafor",
    language: "en",
    suggestions: ["Hello! I saw your ad", "What does it cost?"],
  },
  {
    id: "marta",
    name: "Marta Ibáñez",
    about: "Writes Spanish and expects Spanish back.",
    phone: "34600000103",
    bsuid: "ES.3",
    username: null,
    language: "es",
    suggestions: ["Hola, ¿cuánto cuesta?", "¿Cómo funciona?"],
  },
];

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
  const chats = new Map<string, PhoneMessage[]>(people.map(({ id }) => [id, []]));
  const sockets = new Map<string, Map<string, Socket>>(people.map(({ id }) => [id, new Map()]));
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
      data: people,
      business: { name: "Northwind Solar", displayPhoneNumber: "+1 555 010 0000" },
    }))
    .get("/simulator/api/chats/:persona", ({ params }) => ({
      data: chats.get(params.persona) ?? [],
    }))
    .post("/simulator/api/clock", ({ body }) => {
      offsetMs += (body as { advanceMs: number }).advanceMs;
      for (const { id } of people) frame(id, { type: "clock", now: now() });
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
