import { t } from "elysia";
import { alertSeverities } from "../../db/schema/organizations.ts";
import { Id, Instant, pageOfRows, paging } from "../../http/plugins/fields.ts";

export const Alert = t.Object(
  {
    id: Id,
    at: Instant,
    kind: t.String({ description: "What it is about.", examples: ["number_stopped"] }),
    severity: t.UnionEnum(alertSeverities),
    text: t.String({ description: "What is wrong, and what to do." }),
    integrationId: t.Nullable({
      ...Id,
      description: "The number it is about; null: the organization's account.",
    }),
  },
  { title: "Alert", description: "Raised once, never changed." },
);
export type Alert = typeof Alert.static;

export const AlertPage = pageOfRows(Alert);

export const AlertsQuery = t.Object({ ...paging(50) });
export type AlertsQuery = typeof AlertsQuery.static;
