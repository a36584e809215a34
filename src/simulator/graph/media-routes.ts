import { Elysia, t } from "elysia";
import { sleep } from "../../lib/sleep.ts";
import { resetConnection } from "../reset-connection.ts";
import type { World } from "../world.ts";
import { refusal, refusalResponse } from "./errors.ts";
import type { ShelvedFile } from "./media-shelf.ts";
import { badToken } from "./tokens.ts";

const tags = ["Simulator: Graph API"];
const MB = 1024 * 1024;

/** More than any kind may have; sent piece by piece, so that nobody keeps it. */
const TOO_LARGE_BYTES = 101 * MB;

/** What Meta takes from a business (whatsapp.md 10). */
const MOST_BYTES: readonly (readonly [type: RegExp, bytes: number])[] = [
  [/^image\/(jpeg|png)$/, 5 * MB],
  [/^image\/webp$/, 500 * 1024],
  [/^audio\/(aac|amr|mpeg|mp4|ogg)\b/, 16 * MB],
  [/^video\/(mp4|3gpp)$/, 16 * MB],
  [/^(text\/plain|application\/(pdf|msword|vnd\.(ms-|openxmlformats-).+))$/, 100 * MB],
];

/** Answers for a file's id; undefined when the id is none of a file. */
export function describeFile(
  world: World,
  { id, authorization, origin }: { id: string; authorization: string | undefined; origin: string },
): Response | undefined {
  const nowMs = world.deps.clock.now().getTime();
  const file = world.media.find(id, nowMs);
  if (file === undefined) return undefined;
  if (!opens(world, file, authorization)) return refusalResponse(badToken());
  const ticket = world.media.ticket(file, nowMs);
  return Response.json({
    messaging_product: "whatsapp",
    url: fileUrl(origin, ticket),
    mime_type: file.mimeType,
    sha256: file.sha256,
    file_size: file.bytes.length,
    id,
  });
}

export function fileUrl(origin: string, ticket: string): string {
  return `${origin}/simulator/files/${ticket}`;
}

function opens({ tokens }: World, file: ShelvedFile, authorization: string | undefined): boolean {
  return tokens
    .numbersOf(authorization)
    .some(({ phoneNumberId }) => phoneNumberId === file.phoneNumberId);
}

/** Meta's file host, whose addresses live five minutes and want the token, and its upload. */
export function mediaRoutes(world: World) {
  return new Elysia()
    .get(
      "/files/:ticket",
      async ({ params, headers }) => {
        const file = world.media.redeem(params.ticket, world.deps.clock.now().getTime());
        if (file === undefined) return new Response(null, { status: 404 });
        if (!opens(world, file, headers["authorization"])) {
          return new Response(null, { status: 401 });
        }
        return await serve(world, file);
      },
      {
        params: t.Object({ ticket: t.String() }),
        detail: { tags, summary: "Download a file", description: "As lookaside.fbsbx.com does." },
      },
    )
    .post(
      "/graph/:version/:phoneNumberId/media",
      async ({ request, params, headers }) => {
        const { phoneNumberId } = params;
        const mine = world.tokens.numbersOf(headers["authorization"]);
        if (!mine.some((number) => number.phoneNumberId === phoneNumberId)) {
          return refusalResponse(badToken());
        }
        const form = await request.formData();
        return spoilUpload(world, phoneNumberId) ?? (await shelve(world, phoneNumberId, form));
      },
      {
        parse: "none",
        params: t.Object({ version: t.String(), phoneNumberId: t.String() }),
        detail: { tags, summary: "Upload a file" },
      },
    );
}

/** An upload that a fault spoils: refused with its code, or cut off. */
function spoilUpload({ faults }: World, phoneNumberId: string): Response | undefined {
  const fault = faults.take("graph", "upload", { to: [phoneNumberId] });
  if (!fault) return undefined;
  if (fault.code === undefined) return resetConnection();
  const refused = refusal(fault.code, "Asked for by a fault.");
  return refusalResponse({ ...refused, httpStatus: fault.httpStatus ?? refused.httpStatus });
}

async function shelve(world: World, phoneNumberId: string, form: FormData): Promise<Response> {
  const file = form.get("file");
  if (form.get("messaging_product") !== "whatsapp" || !(file instanceof File)) {
    return refusalResponse(refusal(100, "messaging_product and file are required."));
  }
  const mimeType = String(form.get("type") ?? file.type);
  const most = MOST_BYTES.find(([pattern]) => pattern.test(mimeType))?.[1];
  if (most === undefined) return refusalResponse(refusal(131053, `${mimeType} is not supported.`));
  if (file.size > most) return refusalResponse(refusal(131053, `Over ${most} bytes.`));
  const shelved = { phoneNumberId, bytes: await file.bytes(), mimeType, from: "business" } as const;
  return Response.json({ id: world.media.put(shelved, world.deps.clock.now().getTime()).id });
}

/** The file, spoilt by whatever fault there is. */
async function serve(world: World, file: ShelvedFile): Promise<Response> {
  const { faults } = world;
  const subject = { to: [file.id], text: file.mimeType };
  const headers = { "content-type": file.mimeType };
  if (faults.take("media", "expired", subject)) return new Response(null, { status: 404 });
  if (faults.take("media", "reset", subject)) return cutHalfway(file);
  if (faults.take("media", "too_large", subject)) return new Response(endless(), { headers });
  const slow = faults.take("media", "slow", subject);
  if (slow?.delayMs !== undefined) await sleep(slow.delayMs, world.lifetime.signal());
  if (faults.take("media", "wrong_mime", subject)) {
    return new Response("<html><script>alert(1)</script></html>", { headers });
  }
  if (faults.take("media", "wrong_hash", subject)) {
    return new Response(file.bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte)));
  }
  return new Response(file.bytes, { headers });
}

/** Half of the bytes, then the connection ends as if somebody had pulled the plug. */
function cutHalfway({ bytes }: ShelvedFile): Response {
  let sent = false;
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (sent) {
        await sleep(20);
        return controller.error(undefined);
      }
      sent = true;
      controller.enqueue(bytes.subarray(0, Math.ceil(bytes.length / 2)));
    },
  });
  return bytes.length === 0 ? resetConnection() : new Response(body);
}

function endless(): ReadableStream<Uint8Array> {
  let left = TOO_LARGE_BYTES;
  return new ReadableStream({
    pull: (controller) => {
      controller.enqueue(new Uint8Array(Math.min(MB, left)));
      left -= MB;
      if (left <= 0) controller.close();
    },
  });
}
