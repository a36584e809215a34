/** Live events as the dashboard's channel names them (docs/architecture.md, "Live frames"). */
export const liveEventKinds = [
  "message.received",
  "message.queued",
  "message.sent",
  "message.status",
  "message.updated",
  "lead.created",
  "lead.updated",
  "stage.changed",
  "conversation.updated",
  "takeover.started",
  "takeover.ended",
  "attention.required",
  "attention.resolved",
  "cta.initiated",
  "follow_up.scheduled",
  "follow_up.sent",
  "follow_up.cancelled",
  "template.status",
  "alert.raised",
] as const;

export type LiveEventKind = (typeof liveEventKinds)[number];

/**
 * One live event: the full public state of one row at one version. `eventId` makes a second
 * publication harmless, `version` lets a reader drop what is older than what it has.
 */
export interface LiveEvent {
  eventId: string;
  organizationId: string;
  kind: LiveEventKind;
  entityId: string;
  version: number;
  data: unknown;
}
