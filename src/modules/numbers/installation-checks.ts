import { errorMessage } from "../../lib/errors.ts";
import type { AppWebhooks } from "../../whatsapp/account.ts";
import { judgeVersion, SUGGESTED_VERSION } from "../../whatsapp/graph-versions.ts";
import { signBody } from "../../whatsapp/signature.ts";
import { type Check, fault, ok } from "./check.ts";

const DEADLINE_MS = 5_000;

/** From here on tokens and the order of what happened are judged wrongly. */
const SKEW_WARN_MS = 10_000;
const SKEW_FAIL_MS = 60_000;

/** Without these something is missed (whatsapp.md 4); without the first nobody is heard. */
const NEEDED_FIELDS = [
  "messages",
  "message_template_status_update",
  "message_template_quality_update",
  "template_category_update",
  "account_update",
  "account_alerts",
  "phone_number_quality_update",
  "business_capability_update",
  "user_preferences",
  "user_id_update",
  "security",
];

/** Whether Meta still serves the version that is asked for. */
export function checkVersion(version: string, now: Date): Check {
  const name = "Graph version";
  const verdict = judgeVersion(version, now);
  const fix = `Set WHATSAPP_GRAPH_VERSION=${SUGGESTED_VERSION} (or newer) and restart every role.`;
  if (verdict.state === "ended") {
    const text = `${version} is gone: Meta answers in the words of its oldest living version.`;
    return fault("fail", name, text, fix);
  }
  if (verdict.state === "ending")
    return fault("warn", name, `${version} ends on ${verdict.until}.`, fix);
  return ok(name, `${version}${verdict.until ? `, until ${verdict.until}` : ""}`);
}

/** This machine's clock against Meta's, by the date of any answer. */
export async function checkClock(graphUrl: string): Promise<Check> {
  const name = "clock";
  const fix = "Let the machine keep its time by NTP.";
  const askedAtMs = Date.now();
  const date = await fetch(graphUrl, {
    redirect: "manual",
    signal: AbortSignal.timeout(DEADLINE_MS),
  })
    .then((answer) => answer.headers.get("date"))
    .catch((error: unknown) => errorMessage(error));
  const theirsMs = Date.parse(date ?? "");
  if (Number.isNaN(theirsMs)) {
    const text = `Meta's time could not be read (${date ?? "no date"}).`;
    return fault("warn", name, text, `See that this machine reaches ${graphUrl}.`);
  }
  // The answer's second began some time before it was read: no skew within the question's length.
  const skewMs = Math.max(0, Math.abs((askedAtMs + Date.now()) / 2 - theirsMs - 500) - 500);
  const text = `${Math.round(skewMs / 1_000)} s from Meta's`;
  if (skewMs >= SKEW_FAIL_MS)
    return fault("fail", name, `${text}: tokens and times are judged wrongly.`, fix);
  return skewMs >= SKEW_WARN_MS ? fault("warn", name, `${text}.`, fix) : ok(name, text);
}

interface Callback {
  url: string;
  /** The app's newest secret. */
  appSecret: string;
  about: string | null;
}

/** A signed webhook without anything in it, as Meta would send it: 200 proves address and secret. */
export async function checkCallback({ url, appSecret, about }: Callback): Promise<Check> {
  const name = "callback";
  const body = new TextEncoder().encode(
    JSON.stringify({ object: "whatsapp_business_account", entry: [] }),
  );
  try {
    const answer = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "x-hub-signature-256": signBody(appSecret, body),
      },
      body,
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
    await answer.body?.cancel();
    return judgeCallback(url, answer.status, about);
  } catch (error) {
    const text = `${url} cannot be reached: ${errorMessage(error)}.`;
    const fix =
      "Start a process with ROLE=api, and see that PUBLIC_URL leads to it from outside, with a valid certificate.";
    return fault("fail", name, text, fix, about);
  }
}

function judgeCallback(url: string, status: number, about: string | null): Check {
  const name = "callback";
  if (status === 200) return ok(name, `${url} takes signed webhooks`, about);
  const text = `${url} answers ${status} to a signed webhook.`;
  if (status === 401) {
    const fix =
      "The API runs with other app secrets than this shell: give both the same WHATSAPP_APP_SECRETS, or rotate the number's secret, and restart.";
    return fault("fail", name, text, fix, about);
  }
  const fix =
    status === 503
      ? "Redis is away or full: look at /health/ready and `bun run streams`."
      : "Something else answers there: see that PUBLIC_URL and the proxy before it lead to the API.";
  return fault("fail", name, text, fix, about);
}

/** Where Meta sends the app's webhooks, and whether all are sent that we have to know. */
export function checkWebhooks(
  webhooks: AppWebhooks | null,
  callbackUrl: string,
  about: string | null,
): Check {
  const name = "webhook fields";
  if (webhooks === null) {
    const fix = `In the Meta app, under WhatsApp, Configuration, enter ${callbackUrl} and a verify token.`;
    return fault("fail", name, "The Meta app has no callback address for WhatsApp.", fix, about);
  }
  if (!isSameAddress(webhooks.callbackUrl, callbackUrl)) {
    const text = `Meta sends webhooks to ${webhooks.callbackUrl}, not to ${callbackUrl}.`;
    return fault(
      "fail",
      name,
      text,
      `Enter ${callbackUrl} in the Meta app, or set PUBLIC_URL.`,
      about,
    );
  }
  const missing = missingFields(webhooks);
  if (missing.length === 0) return ok(name, "all that are needed", about);
  const state = missing.includes("messages") ? "fail" : "warn";
  const fix = "Subscribe the app to them in Meta's settings, under WhatsApp, Configuration.";
  return fault(state, name, `Meta does not tell ${missing.join(", ")}.`, fix, about);
}

/** What has to be told here and is not; all of it where the app has no callback address. */
export function missingFields(webhooks: AppWebhooks | null): string[] {
  return NEEDED_FIELDS.filter((field) => !webhooks?.fields.includes(field));
}

/** One machine has several names for itself. */
function isSameAddress(one: string, other: string): boolean {
  const plain = (address: string) => {
    const { protocol, hostname, port, pathname } = new URL(address);
    const host = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) ? "localhost" : hostname;
    return `${protocol}//${host}:${port}${pathname.replace(/\/$/, "")}`;
  };
  return URL.canParse(one) && URL.canParse(other) && plain(one) === plain(other);
}
