ALTER TABLE "dead_letters" ADD COLUMN "subject_id" uuid;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "replay_of" uuid;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "edited_entry" "bytea";--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "replay_asked_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "replay_asked_by" text;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "replay_batch" uuid;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "replay_due_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "replay_started_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "refusal" text;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "discarded_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "discarded_by" text;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "discard_reason" text;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD CONSTRAINT "dead_letters_replay_of_dead_letters_id_fk" FOREIGN KEY ("replay_of") REFERENCES "public"."dead_letters"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "dead_letters_open_index" ON "dead_letters" USING btree ("stream","created_at") WHERE replayed_at is null and discarded_at is null;--> statement-breakpoint
CREATE INDEX "dead_letters_due_index" ON "dead_letters" USING btree ("replay_due_at","id") WHERE replay_due_at is not null;--> statement-breakpoint
CREATE INDEX "dead_letters_settled_index" ON "dead_letters" USING btree (coalesce(replayed_at, discarded_at));--> statement-breakpoint
CREATE INDEX "dead_letters_subject_index" ON "dead_letters" USING btree ("subject_id","replayed_at") WHERE subject_id is not null;--> statement-breakpoint
CREATE INDEX "dead_letters_replay_of_index" ON "dead_letters" USING btree ("replay_of") WHERE replay_of is not null;