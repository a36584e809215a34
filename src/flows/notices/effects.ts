import type { Db } from "../../db/client.ts";
import { tidings } from "../../whatsapp/notices/tidings.ts";
import { accountUpdate } from "./account-update.ts";
import { calls } from "./calls.ts";
import type { NoticeEffect, NoticeFacts } from "./effect.ts";
import { businessCapability, numberName, numberQuality } from "./numbers.ts";
import { tells } from "./tell.ts";
import {
  templateCategory,
  templateComponents,
  templateQuality,
  templateStatus,
} from "./templates.ts";
import { userIdUpdate } from "./user-id-update.ts";
import { userPreferences } from "./user-preferences.ts";

const onlyTold = Object.fromEntries(
  Object.entries(tidings).map(([field, read]) => [field, tells(read)]),
);

/** What follows from which field of whatsapp.md 4. Every other notice is kept, and nothing follows. */
const effects: Readonly<Record<string, NoticeEffect>> = {
  ...onlyTold,
  account_update: accountUpdate,
  business_capability_update: businessCapability,
  calls,
  message_template_components_update: templateComponents,
  message_template_quality_update: templateQuality,
  message_template_status_update: statusOrQuality,
  phone_number_name_update: numberName,
  phone_number_quality_update: numberQuality,
  template_category_update: templateCategory,
  user_id_update: userIdUpdate,
  user_preferences: userPreferences,
};

export function noticeEffect(field: string): NoticeEffect | undefined {
  return Object.hasOwn(effects, field) ? effects[field] : undefined;
}

/** Meta's example of a quality notice stands under another name: what it holds decides. */
async function statusOrQuality(db: Db, notice: NoticeFacts) {
  return [...(await templateStatus(db, notice)), ...(await templateQuality(db, notice))];
}
