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

/** Events about the installation: they belong to no organization and reach operators only. */
export const installationEventKinds = ["queue.alert"] as const;

export type InstallationEventKind = (typeof installationEventKinds)[number];

/** Stands where an event names its organization. */
export const INSTALLATION = "00000000-0000-0000-0000-000000000000";

/**
 * One live event: the full public state of one row at one version. `eventId` makes a second
 * publication harmless, `version` lets a reader drop what is older than what it has.
 */
export interface LiveEvent {
  eventId: string;
  organizationId: string;
  kind: LiveEventKind | InstallationEventKind;
  entityId: string;
  version: number;
  data: unknown;
}
