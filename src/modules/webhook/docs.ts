const key = {
  name: "key",
  in: "path" as const,
  required: true,
  description: "The key of an organization that runs its own Meta app.",
  schema: { type: "string" as const },
};

function queryParameter(name: string, description: string) {
  return {
    name,
    in: "query" as const,
    required: true,
    description,
    schema: { type: "string" as const },
  };
}

const handshakeQuery = [
  queryParameter("hub.mode", "Always `subscribe`."),
  queryParameter("hub.challenge", "Echoed as the whole answer."),
  queryParameter("hub.verify_token", "One of the configured verify tokens."),
];

const signature = {
  name: "X-Hub-Signature-256",
  in: "header" as const,
  required: true,
  description: "`sha256=` and the HMAC-SHA256 of the raw body, keyed with the app secret, in hex.",
  schema: { type: "string" as const },
};

/** `detail` of the GET route; with `keyed` for the path that names an organization's own app. */
export function handshakeDetail(keyed: boolean) {
  return {
    tags: ["Webhooks"],
    security: [],
    "x-access": "public (verify token)",
    summary: `Verify the webhook address${keyed ? " of an organization's own app" : ""}`,
    description:
      "Meta asks this when the address is entered. With a known token it answers the bare challenge.",
    parameters: keyed ? [key, ...handshakeQuery] : handshakeQuery,
    responses: {
      200: {
        description: "The challenge.",
        content: { "text/plain": { schema: { type: "string" as const } } },
      },
    },
    "x-problems": ["forbidden"],
  };
}

/** `detail` of the POST route. */
export function deliveryDetail(keyed: boolean) {
  return {
    tags: ["Webhooks"],
    security: [],
    "x-access": "public (signature)",
    summary: `Take a webhook${keyed ? " of an organization's own app" : ""}`,
    description:
      "Meta's WhatsApp webhooks. 200 means: every item in it is safely queued. Items of numbers that " +
      "the verifying secret does not own are dropped. Whatever is signed is never refused for its content, nor for coming too often.",
    parameters: keyed ? [key, signature] : [signature],
    requestBody: {
      required: true,
      description: "At most 3 MiB. The signature covers these bytes as they are.",
      content: {
        "application/json": {
          schema: {
            type: "object" as const,
            properties: {
              object: { type: "string" as const, example: "whatsapp_business_account" },
              entry: { type: "array" as const, items: { type: "object" as const } },
            },
          },
        },
      },
    },
    responses: {
      200: {
        description: "Queued.",
        content: { "text/plain": { schema: { type: "string" as const, example: "ok" } } },
      },
    },
    "x-problems": [
      "malformed_request",
      "signature_invalid",
      "payload_too_large",
      "too_many_requests",
      "queue_unavailable",
    ],
  };
}
