import { expect, test } from "bun:test";
import { operationId } from "../../../src/http/openapi/operation-id.ts";

test.each([
  ["get", "/api/v1/leads", true, "listLeads"],
  ["get", "/api/v1/leads/{id}", false, "getLead"],
  ["post", "/api/v1/leads", false, "createLead"],
  ["patch", "/api/v1/leads/{id}", false, "updateLead"],
  ["delete", "/api/v1/leads/{id}", false, "deleteLead"],
  ["put", "/api/v1/leads/{id}/tags", false, "replaceLeadTags"],
  ["post", "/api/v1/leads/{id}/merge", false, "mergeLead"],
  ["post", "/api/v1/conversations/{id}/resolve-attention", false, "resolveAttentionConversation"],
  ["get", "/api/v1/conversations/{id}/messages", true, "listConversationMessages"],
  ["post", "/api/v1/conversations/{id}/messages", false, "createConversationMessage"],
  ["get", "/api/v1/analytics/funnel", false, "getAnalyticsFunnel"],
  ["post", "/api/v1/auth/login", false, "authLogin"],
  ["get", "/webhooks/whatsapp", false, "getWebhooksWhatsapp"],
  ["get", "/webhooks/whatsapp/{key}", false, "getWebhooksWhatsappByKey"],
])("%s %s is called so", (method, path, isList, name) => {
  expect(operationId(method, path, isList)).toBe(name);
});
