-- Sessions get another kind of token: people sign in again. Keys for repeats start afresh.
DELETE FROM "live_tickets";
--> statement-breakpoint
DELETE FROM "sessions";
--> statement-breakpoint
DELETE FROM "idempotency_keys";
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"key_hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" uuid NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"replaced_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "api_keys_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "invitations" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"email" text NOT NULL,
	"role" text NOT NULL,
	"token_hash" text NOT NULL,
	"invited_by" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "invitations_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "password_resets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid,
	"actor_kind" text NOT NULL,
	"actor_id" text,
	"actor_name" text,
	"action" text NOT NULL,
	"resource" text NOT NULL,
	"resource_id" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"address" text,
	"request_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "notes" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "notes_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "sequences" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"steps" jsonb NOT NULL,
	"active" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "sequences_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "idempotency_keys" DROP CONSTRAINT "idempotency_keys_organization_id_message_id_messages_organization_id_id_fk";
--> statement-breakpoint
DROP INDEX "sessions_token_key";--> statement-breakpoint
DROP INDEX "conversations_lead_number_key";--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "salt" text NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "generation" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "refreshed_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "user_agent" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "revoked_reason" text;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "assignee_id" uuid;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "archived_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "email" text;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "created_via" text DEFAULT 'whatsapp' NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "source" text GENERATED ALWAYS AS (case when referral is not null then 'ad' else created_via end) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "owner_id" uuid;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "tags" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "custom_fields" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "stage" text DEFAULT 'greeting' NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "intent" text DEFAULT 'unknown' NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "sentiment" text DEFAULT 'neutral' NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "merged_into" uuid;--> statement-breakpoint
ALTER TABLE "idempotency_keys" ADD COLUMN "answer" jsonb;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "payload" jsonb;--> statement-breakpoint
ALTER TABLE "ctas" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "facts" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "verified_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "verified_name" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "quality_rating" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "previous_app_secret_box" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "previous_app_secret_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "removed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "memberships" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "website" text;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "contact_email" text;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "quiet_hours_from" smallint;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "quiet_hours_to" smallint;--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "daily_budget" numeric(18, 12);--> statement-breakpoint
ALTER TABLE "organizations" ADD COLUMN "monthly_budget" numeric(18, 12);--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "components" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "quality" text;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "rejected_reason" text;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "meta_id" text;--> statement-breakpoint
ALTER TABLE "templates" ADD COLUMN "version" bigint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_invited_by_users_id_fk" FOREIGN KEY ("invited_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "notes" ADD CONSTRAINT "notes_organization_id_lead_id_leads_organization_id_id_fk" FOREIGN KEY ("organization_id","lead_id") REFERENCES "public"."leads"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_token_key" ON "invitations" USING btree ("token_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "invitations_open_key" ON "invitations" USING btree ("organization_id","email") WHERE accepted_at is null and revoked_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "password_resets_token_key" ON "password_resets" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "password_resets_user_index" ON "password_resets" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "audit_log_organization_index" ON "audit_log" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_resource_index" ON "audit_log" USING btree ("organization_id","resource","resource_id","created_at");--> statement-breakpoint
CREATE INDEX "notes_lead_index" ON "notes" USING btree ("organization_id","lead_id","created_at","id");--> statement-breakpoint
CREATE INDEX "sequences_order_index" ON "sequences" USING btree ("organization_id","created_at","id");--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_organization_id_owner_id_memberships_organization_id_user_id_fk" FOREIGN KEY ("organization_id","owner_id") REFERENCES "public"."memberships"("organization_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sessions_person_index" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "bookings_order_index" ON "bookings" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "conversations_lead_index" ON "conversations" USING btree ("organization_id","lead_id");--> statement-breakpoint
CREATE INDEX "leads_created_index" ON "leads" USING btree ("organization_id","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "leads_stage_index" ON "leads" USING btree ("organization_id","stage","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "leads_owner_index" ON "leads" USING btree ("organization_id","owner_id","created_at","id") WHERE deleted_at is null and owner_id is not null;--> statement-breakpoint
CREATE INDEX "leads_tags_index" ON "leads" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "ctas_order_index" ON "ctas" USING btree ("organization_id","position","id");--> statement-breakpoint
CREATE INDEX "facts_order_index" ON "facts" USING btree ("organization_id","position","id");--> statement-breakpoint
CREATE INDEX "memberships_user_index" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "templates_order_index" ON "templates" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_lead_number_key" ON "conversations" USING btree ("organization_id","lead_id","integration_id") WHERE archived_at is null;--> statement-breakpoint
ALTER TABLE "sessions" DROP COLUMN "token_hash";--> statement-breakpoint
ALTER TABLE "idempotency_keys" DROP COLUMN "message_id";--> statement-breakpoint
ALTER TABLE "idempotency_keys" DROP COLUMN "user_id";--> statement-breakpoint
ALTER TABLE "installation" DROP COLUMN "seeded";
--> statement-breakpoint
UPDATE "leads" l SET "stage" = c."stage", "intent" = c."intent", "sentiment" = c."sentiment"
FROM (
	SELECT DISTINCT ON ("organization_id", "lead_id") * FROM "conversations"
	ORDER BY "organization_id", "lead_id", "last_message_at" DESC NULLS LAST
) c
WHERE l."organization_id" = c."organization_id" AND l."id" = c."lead_id";
--> statement-breakpoint
CREATE FUNCTION "lead_follows_conversation"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE "leads" SET "stage" = NEW."stage", "intent" = NEW."intent", "sentiment" = NEW."sentiment"
	WHERE "organization_id" = NEW."organization_id" AND "id" = NEW."lead_id";
	RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER "conversations_lead_trigger"
AFTER UPDATE OF "stage", "intent", "sentiment" ON "conversations"
FOR EACH ROW WHEN (
	OLD."stage" IS DISTINCT FROM NEW."stage"
	OR OLD."intent" IS DISTINCT FROM NEW."intent"
	OR OLD."sentiment" IS DISTINCT FROM NEW."sentiment"
) EXECUTE FUNCTION "lead_follows_conversation"();
