CREATE TABLE "file_uploads" (
	"organization_id" uuid NOT NULL,
	"file_id" uuid NOT NULL,
	"integration_id" uuid NOT NULL,
	"meta_media_id" text NOT NULL,
	"uploaded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "file_uploads_organization_id_file_id_integration_id_pk" PRIMARY KEY("organization_id","file_id","integration_id")
);
--> statement-breakpoint
CREATE TABLE "files" (
	"organization_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"mime_type" text NOT NULL,
	"bytes" bigint NOT NULL,
	"sha256" text NOT NULL,
	"filename" text,
	"kept_until" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "files_organization_id_id_pk" PRIMARY KEY("organization_id","id")
);
--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "effect_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "messages" ADD COLUMN "file_id" uuid;--> statement-breakpoint
ALTER TABLE "file_uploads" ADD CONSTRAINT "file_uploads_organization_id_file_id_files_organization_id_id_fk" FOREIGN KEY ("organization_id","file_id") REFERENCES "public"."files"("organization_id","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "file_uploads" ADD CONSTRAINT "file_uploads_organization_id_integration_id_integrations_organization_id_id_fk" FOREIGN KEY ("organization_id","integration_id") REFERENCES "public"."integrations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "files_kept_until_index" ON "files" USING btree ("kept_until");--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_organization_id_file_id_files_organization_id_id_fk" FOREIGN KEY ("organization_id","file_id") REFERENCES "public"."files"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "messages_effect_index" ON "messages" USING btree ("effect_due_at") WHERE effect_due_at is not null;--> statement-breakpoint
CREATE INDEX "messages_file_index" ON "messages" USING btree ("organization_id","file_id") WHERE file_id is not null;