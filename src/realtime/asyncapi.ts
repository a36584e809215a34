import type { TSchema } from "@sinclair/typebox";
import { clientFrames, closeCodes, controlFrames, eventFrames } from "./protocol.ts";

const DESCRIPTION = `Everything that happens to an organization's leads, as it happens.

Open the socket, send \`hello\` with a ticket from \`POST /api/v1/auth/ticket\` within 5 s, and follow:

1. The first time, without a cursor: \`welcome\` brings one. Fetch the snapshot after it, not before.
2. Afterwards with the \`id\` of the newest event you have seen: \`resumed\` and all that was missed, or
   \`reset\` with a new cursor, after which the snapshot is fetched anew.
3. Ignore an event whose \`eventId\` you have seen, and a row version that is not newer than yours.

Close codes: ${Object.entries(closeCodes)
  .map(([name, code]) => `${code} ${name}`)
  .join(", ")}.`;

/** The live channel as an AsyncAPI 3 document, made from the schemas that check the frames. */
export function asyncApiDocument(): object {
  const fromClient = messages(clientFrames);
  const fromServer = messages({ ...controlFrames, ...eventFrames });
  return {
    asyncapi: "3.0.0",
    info: { title: "Leadline live channel", version: "1.0.0", description: DESCRIPTION },
    defaultContentType: "application/json",
    channels: {
      live: {
        address: "/live",
        title: "Live frames",
        bindings: { ws: { method: "GET", bindingVersion: "0.1.0" } },
        messages: references({ ...fromClient, ...fromServer }, "components/messages"),
      },
    },
    operations: {
      sendToServer: operation("receive", "What a client may send.", fromClient),
      followEvents: operation("send", "What the server sends.", fromServer),
    },
    components: { messages: { ...fromClient, ...fromServer } },
  };
}

type Messages = Record<string, { name: string; title: string; payload: unknown }>;

/** Names carry no dots, which some tools take for paths. */
function messages(frames: Readonly<Record<string, TSchema>>): Messages {
  return Object.fromEntries(
    Object.entries(frames).map(([type, schema]) => [
      keyOf(type, frames),
      { name: type, title: type, payload: JSON.parse(JSON.stringify(schema)) },
    ]),
  );
}

function keyOf(type: string, frames: object): string {
  const isClient = frames === clientFrames;
  return `${isClient ? "client" : "server"}_${type.replaceAll(".", "_")}`;
}

function references(of: Messages, path: string): Record<string, { $ref: string }> {
  return Object.fromEntries(Object.keys(of).map((name) => [name, { $ref: `#/${path}/${name}` }]));
}

function operation(action: "send" | "receive", summary: string, of: Messages): object {
  return {
    action,
    summary,
    channel: { $ref: "#/channels/live" },
    messages: Object.values(references(of, "channels/live/messages")),
  };
}
