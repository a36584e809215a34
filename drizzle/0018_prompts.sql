CREATE TABLE "prompt_evaluations" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"prompt_version_id" uuid NOT NULL,
	"prompt_hash" text NOT NULL,
	"model" text NOT NULL,
	"endpoint" text NOT NULL,
	"ran_at" timestamp with time zone NOT NULL,
	"passed" integer NOT NULL,
	"failed" jsonb NOT NULL,
	"cost_usd" numeric(18, 12),
	"case_set_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_evaluations_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "prompt_versions" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"step" text NOT NULL,
	"number" integer NOT NULL,
	"instructions" text NOT NULL,
	"note" text,
	"state" text DEFAULT 'draft' NOT NULL,
	"hash" text NOT NULL,
	"previous_id" uuid,
	"live_at" timestamp with time zone,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "prompt_versions_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
CREATE TABLE "turn_traces" (
	"organization_id" uuid NOT NULL,
	"turn_id" uuid NOT NULL,
	"seen" jsonb NOT NULL,
	"attempts" jsonb NOT NULL,
	"expires_at" timestamp with time zone DEFAULT now() + interval '30 days' NOT NULL,
	CONSTRAINT "turn_traces_organization_id_turn_id_pk" PRIMARY KEY("organization_id","turn_id")
);
--> statement-breakpoint
DROP INDEX "turns_conversation_index";--> statement-breakpoint
ALTER TABLE "prompt_evaluations" ADD CONSTRAINT "prompt_evaluations_organization_id_prompt_version_id_prompt_versions_organization_id_id_fk" FOREIGN KEY ("organization_id","prompt_version_id") REFERENCES "public"."prompt_versions"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_versions" ADD CONSTRAINT "prompt_versions_organization_id_created_by_memberships_organization_id_user_id_fk" FOREIGN KEY ("organization_id","created_by") REFERENCES "public"."memberships"("organization_id","user_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_versions" ADD CONSTRAINT "prompt_versions_organization_id_previous_id_prompt_versions_organization_id_id_fk" FOREIGN KEY ("organization_id","previous_id") REFERENCES "public"."prompt_versions"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "turn_traces" ADD CONSTRAINT "turn_traces_organization_id_turn_id_turns_organization_id_id_fk" FOREIGN KEY ("organization_id","turn_id") REFERENCES "public"."turns"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "prompt_evaluations_version_index" ON "prompt_evaluations" USING btree ("organization_id","prompt_version_id","prompt_hash","ran_at");--> statement-breakpoint
CREATE UNIQUE INDEX "prompt_versions_number_key" ON "prompt_versions" USING btree ("organization_id","step","number");--> statement-breakpoint
CREATE UNIQUE INDEX "prompt_versions_live_key" ON "prompt_versions" USING btree ("organization_id","step") WHERE state = 'live';--> statement-breakpoint
CREATE INDEX "prompt_versions_created_index" ON "prompt_versions" USING btree ("organization_id","created_at","id");--> statement-breakpoint
CREATE INDEX "turn_traces_expiry_index" ON "turn_traces" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "turns_conversation_index" ON "turns" USING btree ("organization_id","conversation_id","started_at","id");