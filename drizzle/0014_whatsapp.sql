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
ALTER TABLE "templates" ADD COLUMN "variables" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "status_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "quality_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "category_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "next_category" text;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "next_category_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "marketing_stopped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "marketing_stop_source" text;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "marketing_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "notices" ADD COLUMN "effected_at" timestamp with time zone;--> statement-breakpoint
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
ALTER TABLE "media" ADD CONSTRAINT "media_organization_id_message_id_messages_organization_id_id_fk" FOREIGN KEY ("organization_id","message_id") REFERENCES "public"."messages"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "media_message_key" ON "media" USING btree ("organization_id","message_id");--> statement-breakpoint
CREATE INDEX "media_work_index" ON "media" USING btree ("next_attempt_at") WHERE step is not null;