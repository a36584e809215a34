CREATE TABLE "erased_opt_outs" (
	"organization_id" uuid NOT NULL,
	"fingerprint" text NOT NULL,
	"opted_out_at" timestamp with time zone NOT NULL,
	CONSTRAINT "erased_opt_outs_organization_id_fingerprint_pk" PRIMARY KEY("organization_id","fingerprint")
);
--> statement-breakpoint
CREATE TABLE "lead_events" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"user_id" uuid NOT NULL,
	"owner_id" uuid,
	"merged_lead_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "lead_events_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "ended_at" timestamp with time zone;
--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "named_by_team" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "phones" text DEFAULT '' NOT NULL;
--> statement-breakpoint
ALTER TABLE "leads" drop column "search_text";
--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "search_text" text GENERATED ALWAYS AS (lower(' ' || coalesce(name, '') || ' ' || coalesce(username, '') || ' ' || coalesce(email, '') || ' ' || coalesce(company, '') || ' ' || phones)) STORED;
--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "has_bsuid" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "ad_id" text GENERATED ALWAYS AS (left(referral ->> 'source_id', 200)) STORED;
--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "sort_name" text GENERATED ALWAYS AS (left(lower(coalesce(nullif(name, ''), username, split_part(phones, ' ', 1))), 40)) STORED NOT NULL;
--> statement-breakpoint
ALTER TABLE "erased_opt_outs" ADD CONSTRAINT "erased_opt_outs_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
ALTER TABLE "lead_events" ADD CONSTRAINT "lead_events_organization_id_lead_id_leads_organization_id_id_fk" FOREIGN KEY ("organization_id","lead_id") REFERENCES "public"."leads"("organization_id","id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "lead_events_lead_index" ON "lead_events" USING btree ("organization_id","lead_id","created_at");
--> statement-breakpoint
ALTER TABLE "lead_notes" ADD CONSTRAINT "lead_notes_organization_id_user_id_memberships_organization_id_user_id_fk" FOREIGN KEY ("organization_id","user_id") REFERENCES "public"."memberships"("organization_id","user_id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
CREATE INDEX "conversations_intent_index" ON "conversations" USING btree ("organization_id","intent","last_message_at","id");
--> statement-breakpoint
CREATE INDEX "conversations_sentiment_index" ON "conversations" USING btree ("organization_id","sentiment","last_message_at","id");
--> statement-breakpoint
CREATE INDEX "opt_outs_conversation_index" ON "opt_outs" USING btree ("organization_id","conversation_id");
--> statement-breakpoint
CREATE INDEX "leads_name_index" ON "leads" USING btree ("organization_id","sort_name","id") WHERE erased_at is null and merged_into is null;
--> statement-breakpoint
CREATE INDEX "leads_owner_index" ON "leads" USING btree ("organization_id","owner_id","created_at","id") WHERE erased_at is null and merged_into is null;
--> statement-breakpoint
CREATE INDEX "leads_source_index" ON "leads" USING btree ("organization_id","source","created_at","id") WHERE erased_at is null and merged_into is null;
--> statement-breakpoint
CREATE INDEX "leads_ad_index" ON "leads" USING btree ("organization_id","ad_id","created_at","id") WHERE ad_id is not null and erased_at is null and merged_into is null;
--> statement-breakpoint
CREATE INDEX "leads_search_index" ON "leads" USING gin ("organization_id","search_text" gin_trgm_ops);
--> statement-breakpoint
UPDATE "leads" l SET
  "phones" = coalesce((select string_agg(i.value, ' ' order by i.started_at, i.id)
    from "lead_identities" i where i.organization_id = l.organization_id and i.lead_id = l.id
      and i.kind = 'phone' and i.ended_at is null), ''),
  "has_bsuid" = exists (select 1 from "lead_identities" i
    where i.organization_id = l.organization_id and i.lead_id = l.id
      and i.kind = 'bsuid' and i.ended_at is null);
