import { applyUserIdUpdates } from "../identity/change-user-id.ts";
import type { NoticeEffect } from "./effect.ts";

/** `user_id_update`: a lead got another BSUID, as they changed their phone. */
export const userIdUpdate: NoticeEffect = async (
  db,
  { organizationId, integrationId, wabaId, value },
) => await applyUserIdUpdates(db, [{ organizationId, integrationId, wabaId, raw: value }]);
