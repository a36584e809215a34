CREATE TABLE "bsuid_moves" (
	"organization_id" uuid NOT NULL,
	"scope" text NOT NULL,
	"previous" text NOT NULL,
	"current" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bsuid_moves_organization_id_scope_previous_pk" PRIMARY KEY("organization_id","scope","previous")
);
--> statement-breakpoint
CREATE TABLE "message_changes" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"wamid" text NOT NULL,
	"target_wamid" text NOT NULL,
	"author" text NOT NULL,
	"kind" text NOT NULL,
	"content" jsonb NOT NULL,
	"raw" jsonb,
	"at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_changes_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "parked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "leads" ADD COLUMN "maybe_same_as" uuid;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "wakes" boolean;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "edited_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "changed_seq" bigint;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "deleted_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "reactions" jsonb;--> statement-breakpoint
ALTER TABLE "bsuid_moves" ADD CONSTRAINT "bsuid_moves_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_changes" ADD CONSTRAINT "message_changes_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "bsuid_moves_current_index" ON "bsuid_moves" USING btree ("organization_id","scope","current");--> statement-breakpoint
CREATE UNIQUE INDEX "message_changes_wamid_key" ON "message_changes" USING btree ("integration_id","wamid");--> statement-breakpoint
CREATE INDEX "message_changes_conversation_index" ON "message_changes" USING btree ("organization_id","conversation_id");--> statement-breakpoint
CREATE INDEX "message_changes_waiting_index" ON "message_changes" USING btree ("created_at") WHERE settled_at is null;--> statement-breakpoint
CREATE INDEX "lead_identities_former_index" ON "lead_identities" USING btree ("organization_id","kind","scope","value") WHERE ended_at is not null;