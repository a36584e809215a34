CREATE TABLE "alerts" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"integration_id" uuid,
	"kind" text NOT NULL,
	"severity" text NOT NULL,
	"text" text NOT NULL,
	"digest" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "alerts_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "stopped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "stop_reason" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "stop_text" text;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "sends_per_second" integer DEFAULT 80 NOT NULL;--> statement-breakpoint
ALTER TABLE "integrations" ADD COLUMN "messaging_limit" integer;--> statement-breakpoint
ALTER TABLE "alerts" ADD CONSTRAINT "alerts_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_digest_key" ON "alerts" USING btree ("organization_id","digest");--> statement-breakpoint
CREATE INDEX "alerts_created_index" ON "alerts" USING btree ("organization_id","created_at","id");