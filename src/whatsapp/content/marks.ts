import { isJsonObject } from "../../lib/json.ts";
import { member, wordsOrNull } from "../fields.ts";
import type { Marks, Referral } from "../inbound-content.ts";

/** Forwards, the product asked about, and the ad that brought the lead; nothing for most messages. */
export function readMarks(message: unknown): Marks {
  const context = member(message, "context");
  const product = member(context, "referred_product");
  const referral = member(message, "referral");
  const forwarded = readForwarded(context);
  return {
    ...(forwarded !== undefined && { forwarded }),
    ...(isJsonObject(product) && {
      product: {
        catalogId: wordsOrNull(member(product, "catalog_id")),
        retailerId: wordsOrNull(member(product, "product_retailer_id")),
      },
    }),
    ...(isJsonObject(referral) && { referral: readReferral(referral) }),
  };
}

/** For forwards only the flag may be there, without an id. */
function readForwarded(context: unknown): Marks["forwarded"] {
  if (member(context, "frequently_forwarded") === true) return "often";
  return member(context, "forwarded") === true ? "once" : undefined;
}

function readReferral(referral: unknown): Referral {
  const field = (name: string) => wordsOrNull(member(referral, name));
  return {
    sourceType: field("source_type"),
    sourceId: field("source_id"),
    sourceUrl: field("source_url"),
    headline: field("headline"),
    body: field("body"),
    mediaType: field("media_type"),
    clickId: field("ctwa_clid"),
    welcomeText: wordsOrNull(member(member(referral, "welcome_message"), "text")),
  };
}
