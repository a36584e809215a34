import { endpoint } from "../../http/plugins/endpoint.ts";
import { File } from "./model.ts";

const options = endpoint({
  access: "messages:write",
  tag: "Messages",
  summary: "Upload a file",
  description:
    "The body is the file itself, at most 100 MB. What it is, its bytes say: whatever `Content-Type` claims, only what WhatsApp takes from a business is kept (`invalid_input`): JPEG and PNG to 5 MB, audio, MP4 and 3GP video to 16 MB, PDF, plain text and Office documents to 100 MB, WebP stickers to 500 KB. Then name its id as `fileId` when sending, as often as you like: it is uploaded to Meta once per number and month. A repeat with the same `Idempotency-Key` and file answers the first one's.",
  answer: [201, File, "It is kept."],
  problems: [
    "payload_too_large",
    "malformed_request",
    "deadline_exceeded",
    "idempotency_key_reused",
  ],
});

const requestBody = {
  required: true,
  content: { "application/octet-stream": { schema: { type: "string", format: "binary" } } },
} as const;

export const upload = { ...options, detail: { ...options.detail, requestBody } };
