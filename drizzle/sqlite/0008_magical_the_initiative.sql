CREATE INDEX `enrollments_in_order` ON `enrollments` (`campaign_id`,`id`);--> statement-breakpoint
CREATE INDEX `vouchers_in_order` ON `vouchers` (`campaign_id`,`id`);