CREATE TABLE "queue_alerts" (
	"rule" text NOT NULL,
	"stream" text NOT NULL,
	"id" uuid NOT NULL,
	"value" double precision NOT NULL,
	"threshold" double precision NOT NULL,
	"text" text NOT NULL,
	"raised_at" timestamp with time zone DEFAULT now() NOT NULL,
	"cleared_at" timestamp with time zone,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "queue_alerts_rule_stream_pk" PRIMARY KEY("rule","stream")
);
--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "send_credits" smallint;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "breaker_opened_at" timestamp with time zone;