ALTER TABLE "integrations" ADD COLUMN "picture" jsonb;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "checked_at" timestamp with time zone;