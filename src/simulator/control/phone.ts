import { Elysia, t } from "elysia";
import { AppError } from "../../lib/errors.ts";
import type { ChatAnswer, PersonasAnswer, PhoneFrame } from "../phone/contract.ts";
import { personas } from "../phone/personas.ts";
import type { World } from "../world.ts";
import { identityOf, personOf } from "./messages.ts";
import { strictly } from "./strictly.ts";

const tags = ["Simulator: phone"];
const strict = { additionalProperties: false };
const NumberQuery = t.Object({ phoneNumberId: t.Optional(t.String()) }, strict);

const MAX_PAGES = 200;
interface PageSocket {
  sendText(data: string): number;
  close(): void;
}

/** A page that does not read is closed (0 = dropped); it connects again and loads the chat anew. */
function frameSender(socket: PageSocket): (frame: PhoneFrame) => void {
  return (frame) => {
    if (socket.sendText(JSON.stringify(frame)) === 0) socket.close();
  };
}

function phoneSocket(world: World) {
  const { chats, deps } = world;
  const unwatch = new Map<string, () => void>();
  return new Elysia().ws("/phone", {
    query: t.Object({
      persona: t.String({ description: "Persona id, phone digits or BSUID." }),
      phoneNumberId: t.Optional(t.String()),
    }),
    detail: { tags, summary: "What happens on one phone: messages, ticks, typing, clock" },
    beforeHandle({ query }) {
      personOf(world, query.persona);
      identityOf(world, query.phoneNumberId);
      if (unwatch.size >= MAX_PAGES) throw new AppError("invalid_input", "Too many open phones.");
    },
    open(ws) {
      const { persona, phoneNumberId } = ws.data.query;
      const show = frameSender(ws.raw);
      const person = personOf(world, persona);
      unwatch.set(ws.id, chats.watch(person, identityOf(world, phoneNumberId), show));
      show({ type: "clock", now: deps.clock.now().toISOString() });
    },
    close(ws) {
      unwatch.get(ws.id)?.();
      unwatch.delete(ws.id);
    },
  });
}

/** The server's half of `phone/contract.ts`, but for the lead's sends. */
export function phoneRoutes(world: World) {
  return new Elysia()
    .get(
      "/personas",
      (): PersonasAnswer => {
        const { businessName: name, displayPhoneNumber } = world.deps.numbers[0];
        const data = personas.map((persona) => ({
          ...persona,
          // Whoever changed their number since has the new one.
          phone: personOf(world, persona.id).phone,
        }));
        return { data, business: { name, displayPhoneNumber } };
      },
      { detail: { tags, summary: "The people one can play" } },
    )
    .get(
      "/chats/:persona",
      ({ params, query }): ChatAnswer => {
        const identity = identityOf(world, query.phoneNumberId);
        return { data: world.chats.read(personOf(world, params.persona), identity) };
      },
      {
        params: t.Object({ persona: t.String() }),
        transform: strictly({ query: NumberQuery }),
        query: NumberQuery,
        detail: { tags, summary: "One person's chat as their phone shows it, oldest first" },
      },
    )
    .use(phoneSocket(world));
}
