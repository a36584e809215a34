DROP INDEX "integrations_phone_number_key";--> statement-breakpoint
DROP INDEX "llm_calls_lead_index";--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "verified_name" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "old_app_secret_box" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "old_app_secret_until" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "stage_changes_won_index" ON "stage_changes" USING btree ("organization_id","created_at","conversation_id") WHERE to_stage = 'closed';--> statement-breakpoint
CREATE INDEX "stage_changes_created_index" ON "stage_changes" USING btree ("organization_id","created_at","conversation_id","from_stage","to_stage");--> statement-breakpoint
CREATE INDEX "leads_erased_index" ON "leads" USING btree ("organization_id","created_at") WHERE erased_at is not null and merged_into is null;--> statement-breakpoint
CREATE INDEX "leads_merged_index" ON "leads" USING btree ("organization_id","merged_into") WHERE merged_into is not null;--> statement-breakpoint
CREATE INDEX "messages_exchanged_index" ON "messages" USING btree ("organization_id","sent_at","author","conversation_id") WHERE state in ('received', 'accepted', 'sent', 'delivered', 'read', 'played');--> statement-breakpoint
CREATE INDEX "messages_nudge_index" ON "messages" USING btree ("organization_id","sent_at") WHERE seen_wake_seq is not null;--> statement-breakpoint
CREATE INDEX "llm_calls_created_index" ON "llm_calls" USING btree ("organization_id","created_at","conversation_id","lead_id","cost");--> statement-breakpoint
CREATE INDEX "turns_started_index" ON "turns" USING btree ("organization_id","started_at");--> statement-breakpoint
CREATE UNIQUE INDEX "integrations_phone_number_key" ON "integrations" USING btree ("phone_number_id") WHERE active;--> statement-breakpoint
CREATE INDEX "llm_calls_lead_index" ON "llm_calls" USING btree ("organization_id","lead_id","cost");