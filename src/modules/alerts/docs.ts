import { endpoint } from "../../http/plugins/endpoint.ts";
import { AlertPage } from "./model.ts";

export const list = endpoint({
  access: "alerts:read",
  tag: "Alerts",
  summary: "List the alerts",
  description:
    "What the organization's people should know of, newest first: a number that WhatsApp refuses and that has stopped, one that is slowed down. Each is told live as `alert.raised` as well. They stay as they were raised: how a number is now tells its status.",
  answer: [200, AlertPage, "One page."],
});
