/** WhatsApp's types whose content is a file. */
export const mediaKinds = ["image", "audio", "video", "document", "sticker"] as const;
export type MediaKind = (typeof mediaKinds)[number];

/** `refused`: we do not want the file. `failed`: we could not get it. */
export const mediaStates = ["pending", "stored", "refused", "failed", "erased"] as const;

/** What is to be done next about a file; null: nothing. */
export const mediaSteps = ["fetch", "read", "erase"] as const;
export type MediaStep = (typeof mediaSteps)[number];

/** Whether a file becomes words for the bot: a voice note's transcript, an image's description. */
export const readingStates = ["none", "pending", "done", "failed"] as const;

/** Why a file is not there. */
export const mediaProblems = [
  "too_large",
  "type_not_allowed",
  "hash_mismatch",
  "foreign_host",
  "expired",
  "unavailable",
] as const;
export type MediaProblem = (typeof mediaProblems)[number];

const MB = 1024 * 1024;

/**
 * Most bytes taken per kind (whatsapp.md 10). Meta's smaller limits bind what a business sends; a lead's
 * phone may send more, up to 100 MB. Above 25 MB no transcription API takes a recording.
 */
export const maxMediaBytes = {
  image: 16 * MB,
  audio: 25 * MB,
  video: 100 * MB,
  document: 100 * MB,
  sticker: MB,
} as const satisfies Record<MediaKind, number>;

const images = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const sounds = ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/ogg"];
const videos = ["video/mp4", "video/3gpp", "video/quicktime"];
const documents = [
  "application/pdf",
  "text/plain",
  // The old Office formats, all in one container.
  "application/x-cfb",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

/** Types we keep, by what the bytes are. Nothing that a browser would run. */
const allowed: Readonly<Record<MediaKind, ReadonlySet<string>>> = {
  image: new Set(images),
  // A recording may come in a video's container.
  audio: new Set([...sounds, "video/mp4"]),
  video: new Set(videos),
  document: new Set([...documents, ...images, ...sounds, ...videos]),
  sticker: new Set(["image/webp"]),
};

/** Whether a file of this kind may be of the type its bytes have (no parameters); null: unknown. */
export function isAllowedType(kind: MediaKind, mimeType: string | null): boolean {
  return mimeType !== null && allowed[kind].has(mimeType);
}

/** `pending`: its bytes are being kept. `forgotten`: they are being deleted. */
export const fileStates = ["pending", "stored", "forgotten"] as const;

/** So long an uploaded file is kept that no message carries, from its upload or its last use on. */
export const UNUSED_FILE_DAYS = 7;

/** Most bytes that Meta takes from a business (whatsapp.md 10). */
const maxSentBytes = {
  image: 5 * MB,
  audio: 16 * MB,
  video: 16 * MB,
  document: 100 * MB,
  sticker: 500 * 1024,
} as const satisfies Record<MediaKind, number>;

/** More than any kind may have is not even read. */
export const MAX_SENT_BYTES = Math.max(...Object.values(maxSentBytes));

/** Types that Meta takes from a business, by what the bytes are. */
const sendable: Readonly<Record<MediaKind, ReadonlySet<string>>> = {
  image: new Set(["image/jpeg", "image/png"]),
  audio: new Set(sounds),
  video: new Set(["video/mp4", "video/3gpp"]),
  document: new Set(documents),
  sticker: new Set(["image/webp"]),
};

/** The kinds of message that a file of this type may go out as, whatever its size. */
export function sendableKinds(mimeType: string | null): MediaKind[] {
  return mimeType === null ? [] : mediaKinds.filter((kind) => sendable[kind].has(mimeType));
}

/** Why a file cannot go out as this kind of message; null: it can. Completes "fileId: …". */
export function sendObstacle(
  kind: MediaKind,
  { mimeType, bytes }: { mimeType: string; bytes: number },
): string | null {
  if (!sendable[kind].has(mimeType)) return `WhatsApp takes no ${mimeType} as ${kind}`;
  const most = maxSentBytes[kind];
  return bytes <= most ? null : `WhatsApp takes at most ${most} bytes as ${kind}; it has ${bytes}`;
}

const officeTypes: Readonly<Record<string, string>> = {
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
};

/** A file's type as Meta calls it: the old Office formats are told apart by their names alone. */
export function metaMimeType(mimeType: string, filename: string | null): string {
  if (mimeType === "audio/x-m4a") return "audio/mp4";
  if (mimeType !== "application/x-cfb") return mimeType;
  const ending = filename?.split(".").at(-1)?.toLowerCase() ?? "";
  return officeTypes[ending] ?? "application/msword";
}

const shownInPlace: ReadonlySet<string> = new Set([
  ...images,
  ...sounds,
  "video/mp4",
  "video/3gpp",
]);

/** Types that a page may show in place; the rest is only ever downloaded. */
export function isShownInPlace(mimeType: string): boolean {
  return shownInPlace.has(mimeType);
}
