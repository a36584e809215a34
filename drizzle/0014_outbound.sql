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
ALTER TABLE "conversations" ADD COLUMN "free_entry_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "closed_in_seq" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "reopened_in_seq" bigint;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "held_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "pair_refusals" smallint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "marketing_stopped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "priced_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "bot_paused_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "reopening_template_id" uuid;--> statement-breakpoint
ALTER TABLE "message_fees" ADD CONSTRAINT "message_fees_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "message_fees_conversation_index" ON "message_fees" USING btree ("organization_id","conversation_id","usd");--> statement-breakpoint
CREATE INDEX "message_fees_unpriced_index" ON "message_fees" USING btree ("country","category") WHERE usd is null;--> statement-breakpoint
CREATE UNIQUE INDEX "message_rates_key" ON "message_rates" USING btree ("country","category","valid_from");--> statement-breakpoint
CREATE INDEX "portfolio_reach_time_index" ON "portfolio_reach" USING btree ("portfolio_id","reached_at");--> statement-breakpoint
CREATE INDEX "messages_referral_index" ON "messages" USING btree ("conversation_id","sent_at") WHERE direction = 'in' and jsonb_typeof(raw -> 'referral') = 'object';