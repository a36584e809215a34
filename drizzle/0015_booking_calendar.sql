CREATE TABLE "booking_holds" (
	"organization_id" uuid NOT NULL,
	"conversation_id" uuid NOT NULL,
	"cta_id" uuid NOT NULL,
	"turn_id" uuid NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"held_until" timestamp with time zone NOT NULL,
	CONSTRAINT "booking_holds_organization_id_conversation_id_pk" PRIMARY KEY("organization_id","conversation_id")
);
--> statement-breakpoint
ALTER TABLE "ctas" ADD COLUMN "availability" jsonb;--> statement-breakpoint
ALTER TABLE "booking_holds" ADD CONSTRAINT "booking_holds_organization_id_conversation_id_conversations_organization_id_id_fk" FOREIGN KEY ("organization_id","conversation_id") REFERENCES "public"."conversations"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "booking_holds" ADD CONSTRAINT "booking_holds_organization_id_cta_id_ctas_organization_id_id_fk" FOREIGN KEY ("organization_id","cta_id") REFERENCES "public"."ctas"("organization_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "booking_holds_cta_index" ON "booking_holds" USING btree ("organization_id","cta_id");