DROP INDEX "dead_letters_age_index";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "last_in_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "stage_changes" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "timeline_events" ADD COLUMN "assignee_id" uuid;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "resend_of" uuid;--> statement-breakpoint
CREATE INDEX "conversations_unread_index" ON "conversations" USING btree ("organization_id","last_message_at","id") WHERE last_in_seq > read_seq;--> statement-breakpoint
CREATE INDEX "lead_identities_phone_search_index" ON "lead_identities" USING gin ("organization_id","value" gin_trgm_ops) WHERE kind = 'phone' and ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "messages_resend_key" ON "messages" USING btree ("organization_id","resend_of") WHERE resend_of is not null;--> statement-breakpoint
CREATE INDEX "dead_letters_age_index" ON "dead_letters" USING btree ("created_at","id");--> statement-breakpoint
UPDATE "conversations" c SET "last_in_seq" = coalesce((SELECT max(m."seq") FROM "messages" m WHERE m."conversation_id" = c."id" AND m."direction" = 'in'), 0);
