ALTER TABLE "integrations" ADD COLUMN "send_credits" smallint;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "breaker_opened_at" timestamp with time zone;