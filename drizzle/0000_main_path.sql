CREATE TABLE "bookings" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"cta_id" uuid NOT NULL,
	"requested_time" text,
	"status" text NOT NULL,
	"turn_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "bookings_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"phone" text,
	"bsuid" text,
	"wake_seq" bigint DEFAULT 0 NOT NULL,
	"handled_seq" bigint DEFAULT 0 NOT NULL,
	"unseen_since" timestamp with time zone,
	"due_at" timestamp with time zone,
	"turn_attempts" smallint DEFAULT 0 NOT NULL,
	"supersessions" smallint DEFAULT 0 NOT NULL,
	"lease_owner" text,
	"lease_epoch" bigint DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone,
	"mode" text DEFAULT 'bot' NOT NULL,
	"taken_over_by" uuid,
	"taken_over_at" timestamp with time zone,
	"fence" bigint DEFAULT 0 NOT NULL,
	"opted_out_at" timestamp with time zone,
	"stage" text DEFAULT 'greeting' NOT NULL,
	"intent" text DEFAULT 'unknown' NOT NULL,
	"sentiment" text DEFAULT 'neutral' NOT NULL,
	"language" text,
	"summary" text,
	"summary_seq" bigint DEFAULT 0 NOT NULL,
	"last_seq" bigint DEFAULT 0 NOT NULL,
	"answered_seq" bigint DEFAULT 0 NOT NULL,
	"follow_up_at" timestamp with time zone,
	"follow_up_step" smallint DEFAULT 0 NOT NULL,
	"attention_reason" text,
	"attention_at" timestamp with time zone,
	"attention_owner_id" uuid,
	"last_lead_message_at" timestamp with time zone,
	"last_lead_wamid" text,
	"last_message_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "conversations_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "lead_identities" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"scope" text NOT NULL,
	"value" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "lead_identities_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "leads" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"name" text,
	"username" text,
	"referral" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "leads_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "opt_outs" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"keyword" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "opt_outs_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "stage_changes" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"from_stage" text NOT NULL,
	"to_stage" text NOT NULL,
	"author" text NOT NULL,
	"reason" text NOT NULL,
	"confidence" real,
	"message_id" uuid,
	"turn_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "stage_changes_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"seq" bigint NOT NULL,
	"direction" text NOT NULL,
	"author" text NOT NULL,
	"kind" text NOT NULL,
	"text" text,
	"raw" jsonb,
	"altered" boolean DEFAULT false NOT NULL,
	"wamid" text,
	"reply_to_wamid" text,
	"state" text NOT NULL,
	"priority" smallint DEFAULT 0 NOT NULL,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone,
	"send_deadline_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"doubt_at" timestamp with time zone,
	"error_code" integer,
	"error_text" text,
	"cancel_reason" text,
	"fence" bigint DEFAULT 0 NOT NULL,
	"seen_wake_seq" bigint,
	"turn_id" uuid,
	"pricing" jsonb,
	"sent_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "messages_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid,
	"integration_id" uuid,
	"field" text NOT NULL,
	"raw" jsonb NOT NULL,
	"digest" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "parked_receipts" (
	"integration_id" uuid NOT NULL,
	"wamid" text NOT NULL,
	"status" text NOT NULL,
	"receipt" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "parked_receipts_integration_id_wamid_status_pk" PRIMARY KEY("integration_id","wamid","status")
);
--> statement-breakpoint
CREATE TABLE "ctas" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"url" text,
	"active" boolean DEFAULT true NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "ctas_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "facts" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"topic" text NOT NULL,
	"text" text NOT NULL,
	"amount" numeric(18, 2),
	"currency" text,
	"active" boolean DEFAULT true NOT NULL,
	"position" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "facts_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "integrations" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"phone_number_id" text NOT NULL,
	"waba_id" text NOT NULL,
	"portfolio_id" text NOT NULL,
	"display_phone_number" text NOT NULL,
	"access_token_box" text NOT NULL,
	"webhook_key" text,
	"app_secret_box" text,
	"verify_token_box" text,
	"active" boolean DEFAULT true NOT NULL,
	"unknown_streak" smallint DEFAULT 0 NOT NULL,
	"paused_until" timestamp with time zone,
	"last_ingress_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "integrations_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_organization_id_user_id_pk" PRIMARY KEY("organization_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"policy" text DEFAULT '' NOT NULL,
	"language" text DEFAULT 'en' NOT NULL,
	"time_zone" text DEFAULT 'UTC' NOT NULL,
	"quiet_ms" integer DEFAULT 2000 NOT NULL,
	"quiet_cap_ms" integer DEFAULT 10000 NOT NULL,
	"follow_up_minutes" integer[] DEFAULT '{10,180,360}' NOT NULL,
	"ghost_after_minutes" integer DEFAULT 1440 NOT NULL,
	"holding_line" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"name" text NOT NULL,
	"language" text NOT NULL,
	"category" text NOT NULL,
	"body" text NOT NULL,
	"status" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "templates_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "clock_offset" (
	"id" smallint PRIMARY KEY NOT NULL,
	"offset_ms" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid,
	"stream" text NOT NULL,
	"origin" text NOT NULL,
	"entry" "bytea" NOT NULL,
	"reason" text NOT NULL,
	"error_class" text NOT NULL,
	"tries" integer NOT NULL,
	"first_seen_at" timestamp with time zone NOT NULL,
	"last_seen_at" timestamp with time zone NOT NULL,
	"replayed_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"id" smallint PRIMARY KEY NOT NULL,
	"partitions" integer NOT NULL,
	"seeded" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"entity_id" uuid NOT NULL,
	"version" bigint NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" text PRIMARY KEY NOT NULL,
	"role" text NOT NULL,
	"host" text NOT NULL,
	"pid" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "llm_calls" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"lead_id" uuid NOT NULL,
	"turn_id" uuid,
	"step" text NOT NULL,
	"attempt" smallint NOT NULL,
	"provider" text NOT NULL,
	"request_model" text NOT NULL,
	"response_model" text,
	"response_id" text,
	"prompt_name" text NOT NULL,
	"prompt_version" text NOT NULL,
	"prompt_hash" text NOT NULL,
	"input_tokens" integer,
	"cached_tokens" integer,
	"output_tokens" integer,
	"reasoning_tokens" integer,
	"started_at" timestamp with time zone NOT NULL,
	"latency_ms" integer NOT NULL,
	"finish_reason" text,
	"outcome" text NOT NULL,
	"error_class" text,
	"disposition" text,
	"cost" numeric(18, 12),
	"price_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "llm_calls_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "llm_prices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"model_pattern" text NOT NULL,
	"input_usd_per_million" numeric(18, 12) NOT NULL,
	"cached_usd_per_million" numeric(18, 12) NOT NULL,
	"output_usd_per_million" numeric(18, 12) NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_to" timestamp with time zone,
	"source" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "turns" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"cause" text NOT NULL,
	"epoch" bigint NOT NULL,
	"attempt" smallint NOT NULL,
	"worker_id" text NOT NULL,
	"seen_wake_seq" bigint,
	"decision" jsonb,
	"draft" text,
	"gate" text,
	"disposition" text,
	"error" text,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "turns_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bookings" ADD CONSTRAINT "bookings_organization_id_cta_id_ctas_organization_id_id_fk" FOREIGN KEY ("organization_id","cta_id") REFERENCES "public"."ctas"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_organization_id_lead_id_leads_organization_id_id_fk" FOREIGN KEY ("organization_id","lead_id") REFERENCES "public"."leads"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "conversations" ADD CONSTRAINT "conversations_organization_id_integration_id_integrations_organization_id_id_fk" FOREIGN KEY ("organization_id","integration_id") REFERENCES "public"."integrations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "lead_identities" ADD CONSTRAINT "lead_identities_organization_id_lead_id_leads_organization_id_id_fk" FOREIGN KEY ("organization_id","lead_id") REFERENCES "public"."leads"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "opt_outs" ADD CONSTRAINT "opt_outs_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "stage_changes" ADD CONSTRAINT "stage_changes_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ctas" ADD CONSTRAINT "ctas_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "facts" ADD CONSTRAINT "facts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "integrations" ADD CONSTRAINT "integrations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_organization_id_integration_id_integrations_organization_id_id_fk" FOREIGN KEY ("organization_id","integration_id") REFERENCES "public"."integrations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD CONSTRAINT "llm_calls_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turns" ADD CONSTRAINT "turns_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bookings_conversation_index" ON "bookings" USING btree ("organization_id","conversation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conversations_lead_number_key" ON "conversations" USING btree ("organization_id","lead_id","integration_id");--> statement-breakpoint
CREATE INDEX "conversations_unanswered_index" ON "conversations" USING btree ("due_at") WHERE wake_seq > handled_seq;--> statement-breakpoint
CREATE INDEX "conversations_follow_up_index" ON "conversations" USING btree ("follow_up_at") WHERE follow_up_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "lead_identities_current_key" ON "lead_identities" USING btree ("organization_id","kind","scope","value") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "lead_identities_lead_index" ON "lead_identities" USING btree ("organization_id","lead_id");--> statement-breakpoint
CREATE UNIQUE INDEX "opt_outs_current_key" ON "opt_outs" USING btree ("organization_id","conversation_id") WHERE ended_at is null;--> statement-breakpoint
CREATE INDEX "stage_changes_conversation_index" ON "stage_changes" USING btree ("organization_id","conversation_id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_wamid_key" ON "messages" USING btree ("integration_id","wamid");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_order_key" ON "messages" USING btree ("conversation_id","seq");--> statement-breakpoint
CREATE INDEX "messages_queue_index" ON "messages" USING btree ("integration_id","priority","created_at") WHERE state = 'queued';--> statement-breakpoint
CREATE INDEX "messages_sending_index" ON "messages" USING btree ("send_deadline_at") WHERE state = 'sending';--> statement-breakpoint
CREATE INDEX "messages_unknown_index" ON "messages" USING btree ("integration_id") WHERE state = 'unknown' and doubt_at is null;--> statement-breakpoint
CREATE INDEX "messages_open_index" ON "messages" USING btree ("conversation_id","seq") WHERE state in ('queued', 'sending', 'unknown');--> statement-breakpoint
CREATE UNIQUE INDEX "notices_digest_key" ON "notices" USING btree ("digest");--> statement-breakpoint
CREATE INDEX "parked_receipts_age_index" ON "parked_receipts" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "integrations_phone_number_key" ON "integrations" USING btree ("phone_number_id");--> statement-breakpoint
CREATE UNIQUE INDEX "integrations_webhook_key" ON "integrations" USING btree ("webhook_key");--> statement-breakpoint
CREATE UNIQUE INDEX "templates_name_key" ON "templates" USING btree ("integration_id","name","language");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email_key" ON "users" USING btree ("email");--> statement-breakpoint
CREATE UNIQUE INDEX "dead_letters_origin_key" ON "dead_letters" USING btree ("origin");--> statement-breakpoint
CREATE INDEX "dead_letters_age_index" ON "dead_letters" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "outbox_age_index" ON "outbox" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "llm_calls_turn_index" ON "llm_calls" USING btree ("organization_id","turn_id");--> statement-breakpoint
CREATE INDEX "llm_calls_lead_index" ON "llm_calls" USING btree ("organization_id","lead_id");--> statement-breakpoint
CREATE INDEX "turns_conversation_index" ON "turns" USING btree ("organization_id","conversation_id");