import type { Db } from "../../db/client.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { type AuditEntry, writeAudit } from "../audit/write.ts";

/** Which of the operators' services calls, and from where. */
export interface Caller {
  name: string;
  address: string;
  requestId: string;
}

/** The caller as the audit log of an organization keeps it. */
export function internalActor(caller: Caller, organizationId: string): Actor {
  const { name, address, requestId } = caller;
  return { organizationId, kind: "internal", id: name, name, address, requestId };
}

/**
 * Writes a call that changes nothing into the log of the organization, or of the installation where
 * there is no such organization.
 */
export async function auditCall(
  db: Db,
  caller: Caller,
  entry: AuditEntry,
  organizationId?: string,
): Promise<void> {
  const known =
    organizationId === undefined
      ? undefined
      : await db.first<{ id: string }>`select id from organizations where id = ${organizationId}`;
  const actor = { ...internalActor(caller, ""), organizationId: known?.id ?? null };
  await db.transaction((tx) => writeAudit(tx, actor, [entry]));
}
