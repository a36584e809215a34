ALTER TABLE "turn_traces" ADD COLUMN "checks" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "turn_traces" ADD COLUMN "tool_results" jsonb DEFAULT '[]'::jsonb NOT NULL;