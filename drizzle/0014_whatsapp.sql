CREATE TABLE "fee_allowances" (
	"organization_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"month" date NOT NULL,
	"used" integer NOT NULL,
	CONSTRAINT "fee_allowances_organization_id_integration_id_month_pk" PRIMARY KEY("organization_id","integration_id","month")
);
--> statement-breakpoint
CREATE TABLE "message_fees" (
	"organization_id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"category" text,
	"type" text,
	"model" text,
	"country" text,
	"day" date NOT NULL,
	"allowance" boolean NOT NULL,
	"usd" numeric(18, 12),
	"rate_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_fees_organization_id_message_id_pk" PRIMARY KEY("organization_id","message_id")
);
--> statement-breakpoint
CREATE TABLE "message_rates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"country" text NOT NULL,
	"category" text NOT NULL,
	"usd" numeric(18, 12) NOT NULL,
	"valid_from" date NOT NULL,
	"valid_to" date,
	"source" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "portfolio_reach" (
	"portfolio_id" text NOT NULL,
	"lead_id" uuid NOT NULL,
	"reached_at" timestamp with time zone NOT NULL,
	CONSTRAINT "portfolio_reach_portfolio_id_lead_id_pk" PRIMARY KEY("portfolio_id","lead_id")
);
--> statement-breakpoint
CREATE TABLE "bsuid_moves" (
	"organization_id" uuid NOT NULL,
	"scope" text NOT NULL,
	"previous" text NOT NULL,
	"current" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bsuid_moves_organization_id_scope_previous_pk" PRIMARY KEY("organization_id","scope","previous")
);
--> statement-breakpoint
CREATE TABLE "media" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"meta_media_id" text NOT NULL,
	"kind" text NOT NULL,
	"voice" boolean NOT NULL,
	"claimed_mime_type" text,
	"mime_type" text,
	"sha256" text,
	"bytes" bigint,
	"filename" text,
	"state" text DEFAULT 'pending' NOT NULL,
	"problem" text,
	"step" text,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_owner" text,
	"lease_until" timestamp with time zone,
	"erased_at" timestamp with time zone,
	"reading" text NOT NULL,
	"wakes" boolean NOT NULL,
	"transcript" text,
	"transcript_confidence" real,
	"transcript_clear" boolean,
	"description" text,
	"wake_seq" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "media_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "message_changes" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"wamid" text NOT NULL,
	"target_wamid" text NOT NULL,
	"author" text NOT NULL,
	"kind" text NOT NULL,
	"content" jsonb NOT NULL,
	"raw" jsonb,
	"at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_changes_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "variables" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "status_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "quality_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "category_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "next_category" text;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "next_category_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "parked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "free_entry_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "closed_in_seq" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "reopened_in_seq" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "held_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "pair_refusals" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "marketing_stopped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "marketing_stop_source" text;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "marketing_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "maybe_same_as" uuid;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "wakes" boolean;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "edited_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "changed_seq" bigint;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "reactions" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "priced_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "effected_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "bot_paused_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "reopening_template_id" uuid;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "messaging_limit_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "account_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "templates_held_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "templates_synced_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "templates_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "describe_images" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "audio_tokens" integer;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "audio_seconds" real;--> statement-breakpoint
ALTER TABLE "llm_prices" ADD COLUMN "audio_usd_per_million" numeric(18, 12);--> statement-breakpoint
ALTER TABLE "llm_prices" ADD COLUMN "usd_per_audio_minute" numeric(18, 12);--> statement-breakpoint
ALTER TABLE "message_fees" ADD CONSTRAINT "message_fees_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bsuid_moves" ADD CONSTRAINT "bsuid_moves_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "media" ADD CONSTRAINT "media_organization_id_message_id_messages_organization_id_id_fk" FOREIGN KEY ("organization_id","message_id") REFERENCES "public"."messages"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_changes" ADD CONSTRAINT "message_changes_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "message_fees_conversation_index" ON "message_fees" USING btree ("organization_id","conversation_id","usd");--> statement-breakpoint
CREATE INDEX "message_fees_unpriced_index" ON "message_fees" USING btree ("country","category") WHERE usd is null;--> statement-breakpoint
CREATE UNIQUE INDEX "message_rates_key" ON "message_rates" USING btree ("country","category","valid_from");--> statement-breakpoint
CREATE INDEX "portfolio_reach_time_index" ON "portfolio_reach" USING btree ("portfolio_id","reached_at");--> statement-breakpoint
CREATE INDEX "bsuid_moves_current_index" ON "bsuid_moves" USING btree ("organization_id","scope","current");--> statement-breakpoint
CREATE UNIQUE INDEX "media_message_key" ON "media" USING btree ("organization_id","message_id");--> statement-breakpoint
CREATE INDEX "media_work_index" ON "media" USING btree ("next_attempt_at") WHERE step is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "message_changes_wamid_key" ON "message_changes" USING btree ("integration_id","wamid");--> statement-breakpoint
CREATE INDEX "message_changes_conversation_index" ON "message_changes" USING btree ("organization_id","conversation_id");--> statement-breakpoint
CREATE INDEX "message_changes_waiting_index" ON "message_changes" USING btree ("created_at") WHERE settled_at is null;--> statement-breakpoint
CREATE INDEX "lead_identities_former_index" ON "lead_identities" USING btree ("organization_id","kind","scope","value") WHERE ended_at is not null;--> statement-breakpoint
CREATE INDEX "messages_referral_index" ON "messages" USING btree ("conversation_id","sent_at") WHERE direction = 'in' and jsonb_typeof(raw -> 'referral') = 'object';