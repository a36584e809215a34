CREATE TABLE "llm_budgets" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"day" date NOT NULL,
	"day_spent" numeric(24, 12) NOT NULL,
	"day_reserved" numeric(24, 12) NOT NULL,
	"month" date NOT NULL,
	"month_spent" numeric(24, 12) NOT NULL,
	"month_reserved" numeric(24, 12) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "llm_reservations" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"day" date NOT NULL,
	"month" date NOT NULL,
	"usd" numeric(24, 12) NOT NULL,
	"worst_usd" numeric(24, 12),
	"record" jsonb NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "llm_reservations_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "llm_usage" (
	"organization_id" uuid NOT NULL,
	"quarter_at" timestamp with time zone NOT NULL,
	"step" text NOT NULL,
	"model" text NOT NULL,
	"stage" text NOT NULL,
	"calls" bigint NOT NULL,
	"unmetered_calls" bigint NOT NULL,
	"unpriced_calls" bigint NOT NULL,
	"estimated_calls" bigint NOT NULL,
	"input_tokens" bigint NOT NULL,
	"cached_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"audio_tokens" bigint NOT NULL,
	"cost" numeric(24, 12) NOT NULL,
	CONSTRAINT "llm_usage_organization_id_quarter_at_step_model_stage_pk" PRIMARY KEY("organization_id","quarter_at","step","model","stage")
);
--> statement-breakpoint
CREATE TABLE "llm_usage_conversations" (
	"organization_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"calls" bigint NOT NULL,
	"unmetered_calls" bigint NOT NULL,
	"unpriced_calls" bigint NOT NULL,
	"estimated_calls" bigint NOT NULL,
	"input_tokens" bigint NOT NULL,
	"cached_tokens" bigint NOT NULL,
	"cache_write_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"reasoning_tokens" bigint NOT NULL,
	"audio_tokens" bigint NOT NULL,
	"cost" numeric(24, 12) NOT NULL,
	CONSTRAINT "llm_usage_conversations_organization_id_conversation_id_pk" PRIMARY KEY("organization_id","conversation_id")
);
--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "message_id" uuid;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "stage" text;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "service_tier" text;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "cache_write_tokens" integer;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "usage_source" text DEFAULT 'none' NOT NULL;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "first_token_ms" integer;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD COLUMN "first_price_id" uuid;--> statement-breakpoint
ALTER TABLE "llm_prices" ADD COLUMN "service_tier" text DEFAULT '*' NOT NULL;--> statement-breakpoint
ALTER TABLE "llm_prices" ADD COLUMN "min_input_tokens" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "llm_prices" ADD COLUMN "cache_write_usd_per_million" numeric(18, 12);--> statement-breakpoint
ALTER TABLE "llm_prices" ADD COLUMN "replaced_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "llm_budgets" ADD CONSTRAINT "llm_budgets_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_reservations" ADD CONSTRAINT "llm_reservations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_usage" ADD CONSTRAINT "llm_usage_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "llm_usage_conversations" ADD CONSTRAINT "llm_usage_conversations_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "llm_reservations_expiry_index" ON "llm_reservations" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "llm_prices_key" ON "llm_prices" USING btree ("provider","model_pattern","service_tier","min_input_tokens","valid_from") WHERE replaced_at is null;--> statement-breakpoint
ALTER TABLE "llm_calls" ADD CONSTRAINT "llm_calls_tokens_check" CHECK (cached_tokens >= 0 and cache_write_tokens >= 0 and audio_tokens >= 0
        and coalesce(cached_tokens, 0) + coalesce(cache_write_tokens, 0) <= input_tokens
        and audio_tokens <= input_tokens and reasoning_tokens between 0 and output_tokens) NOT VALID;