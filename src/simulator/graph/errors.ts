import { newId } from "../../lib/ids.ts";

/** How the Graph API says no. */
export interface GraphRefusal {
  code: number;
  httpStatus: number;
  title: string;
  details: string;
  subcode?: number;
  /** Words for whoever wrote the request. */
  userMessage?: string;
}

interface CatalogueRow {
  httpStatus: number;
  title: string;
}

const catalogue: Readonly<Record<number, CatalogueRow>> = {
  0: { httpStatus: 401, title: "AuthException" },
  1: { httpStatus: 400, title: "API Unknown" },
  2: { httpStatus: 503, title: "API Service" },
  4: { httpStatus: 400, title: "Application request limit reached" },
  10: { httpStatus: 403, title: "Permission Denied" },
  33: { httpStatus: 400, title: "Parameter value is not valid" },
  100: { httpStatus: 400, title: "Invalid parameter" },
  190: { httpStatus: 401, title: "Access token has expired" },
  368: { httpStatus: 403, title: "Temporarily blocked for policies violations" },
  80007: { httpStatus: 400, title: "Rate limit issues" },
  130429: { httpStatus: 400, title: "Rate limit hit" },
  131000: { httpStatus: 500, title: "Something went wrong" },
  131005: { httpStatus: 403, title: "Access denied" },
  131008: { httpStatus: 400, title: "Required parameter is missing" },
  131009: { httpStatus: 400, title: "Parameter value is not valid" },
  131016: { httpStatus: 500, title: "Service unavailable" },
  131021: { httpStatus: 400, title: "Recipient cannot be sender" },
  131026: { httpStatus: 400, title: "Message undeliverable" },
  131042: { httpStatus: 400, title: "Business eligibility payment issue" },
  131047: { httpStatus: 400, title: "Re-engagement message" },
  131048: { httpStatus: 400, title: "Spam rate limit hit" },
  131050: { httpStatus: 400, title: "User stopped marketing messages" },
  131051: { httpStatus: 400, title: "Unsupported message type" },
  131056: { httpStatus: 400, title: "(Business Account, Consumer Account) pair rate limit hit" },
  131059: { httpStatus: 400, title: "Invalid pagination cursor" },
  132000: { httpStatus: 400, title: "Number of parameters does not match" },
  132001: { httpStatus: 404, title: "Template name does not exist in the translation" },
  132012: { httpStatus: 400, title: "Parameter format does not match" },
  132015: { httpStatus: 400, title: "Template is paused" },
  132016: { httpStatus: 400, title: "Template is disabled" },
  131057: { httpStatus: 500, title: "Account in maintenance mode" },
};

const unlisted: CatalogueRow = { httpStatus: 400, title: "Simulated error" };

/** The refusal Meta gives for this code; HTTP status and title come from the catalogue. */
export function refusal(code: number, details: string): GraphRefusal {
  return { code, details, ...(catalogue[code] ?? unlisted) };
}

function errorType(code: number): string {
  return code === 0 || code === 190 || code < 100 ? "OAuthException" : "GraphMethodException";
}

/** The error body with its HTTP status. */
export function refusalResponse({
  code,
  httpStatus,
  title,
  details,
  subcode,
  userMessage,
}: GraphRefusal) {
  const error = {
    message: `(#${code}) ${title}`,
    type: errorType(code),
    code,
    ...(subcode === undefined ? {} : { error_subcode: subcode }),
    ...(userMessage === undefined ? {} : { error_user_msg: userMessage }),
    error_data: { messaging_product: "whatsapp", details },
    fbtrace_id: newId().replaceAll("-", ""),
  };
  return Response.json({ error }, { status: httpStatus });
}
