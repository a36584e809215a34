DROP INDEX "audit_log_resource_index";--> statement-breakpoint
CREATE INDEX "audit_log_actor_index" ON "audit_log" USING btree ("organization_id","actor_id","created_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_action_index" ON "audit_log" USING btree ("organization_id","action","created_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_thing_index" ON "audit_log" USING btree ("organization_id","resource_id","created_at","id");--> statement-breakpoint
CREATE INDEX "audit_log_resource_index" ON "audit_log" USING btree ("organization_id","resource","created_at","id");