-- Both are "trusted": whoever owns the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS btree_gin;
--> statement-breakpoint
CREATE TABLE "lead_notes" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "lead_notes_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
DROP INDEX "dead_letters_age_index";--> statement-breakpoint
ALTER TABLE "bookings" ADD COLUMN "scheduled_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "bookings" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "assignee_id" uuid;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "last_in_seq" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "email" text;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "company" text;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "source" text DEFAULT 'organic' NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "tags" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "fields" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "owner_id" uuid;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "search_text" text GENERATED ALWAYS AS (lower(coalesce(name, '') || ' ' || coalesce(username, '') || ' ' || coalesce(email, '') || ' ' || coalesce(company, ''))) STORED;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "erased_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "merged_into" uuid;--> statement-breakpoint
ALTER TABLE "stage_changes" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "timeline_events" ADD COLUMN "assignee_id" uuid;--> statement-breakpoint
ALTER TABLE "timeline_events" ADD COLUMN "called_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "resend_of" uuid;--> statement-breakpoint
ALTER TABLE "lead_notes" ADD CONSTRAINT "lead_notes_organization_id_lead_id_leads_organization_id_id_fk" FOREIGN KEY ("organization_id","lead_id") REFERENCES "public"."leads"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "lead_notes_lead_index" ON "lead_notes" USING btree ("organization_id","lead_id","created_at");--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_organization_id_assignee_id_memberships_organization_id_user_id_fk" FOREIGN KEY ("organization_id","assignee_id") REFERENCES "public"."memberships"("organization_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_organization_id_owner_id_memberships_organization_id_user_id_fk" FOREIGN KEY ("organization_id","owner_id") REFERENCES "public"."memberships"("organization_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_organization_id_merged_into_leads_organization_id_id_fk" FOREIGN KEY ("organization_id","merged_into") REFERENCES "public"."leads"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bookings_created_index" ON "bookings" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "conversations_unread_index" ON "conversations" USING btree ("organization_id","last_message_at","id") WHERE last_in_seq > read_seq;--> statement-breakpoint
CREATE INDEX "conversations_assignee_index" ON "conversations" USING btree ("organization_id","assignee_id","last_message_at","id") WHERE assignee_id is not null;--> statement-breakpoint
CREATE INDEX "conversations_stage_index" ON "conversations" USING btree ("organization_id","stage","last_message_at","id");--> statement-breakpoint
CREATE INDEX "conversations_created_index" ON "conversations" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE INDEX "lead_identities_phone_search_index" ON "lead_identities" USING gin ("organization_id","value" gin_trgm_ops) WHERE kind = 'phone' and ended_at is null;--> statement-breakpoint
CREATE INDEX "leads_created_index" ON "leads" USING btree ("organization_id","created_at","id") WHERE erased_at is null and merged_into is null;--> statement-breakpoint
CREATE INDEX "leads_search_index" ON "leads" USING gin ("organization_id","search_text" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "leads_tags_index" ON "leads" USING gin ("organization_id","tags");--> statement-breakpoint
CREATE INDEX "timeline_events_created_index" ON "timeline_events" USING btree ("organization_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_resend_key" ON "messages" USING btree ("organization_id","resend_of") WHERE resend_of is not null;--> statement-breakpoint
CREATE INDEX "dead_letters_age_index" ON "dead_letters" USING btree ("created_at","id");--> statement-breakpoint
UPDATE "leads" SET "source" = 'ad' WHERE "referral" IS NOT NULL;--> statement-breakpoint
UPDATE "conversations" c SET "last_in_seq" = coalesce((SELECT max(m."seq") FROM "messages" m WHERE m."conversation_id" = c."id" AND m."direction" = 'in'), 0);
