CREATE TABLE `audit_disclosures` (
	`event_id` text NOT NULL,
	`field` text NOT NULL,
	`campaign_id` text,
	`salt` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`event_id`, `field`)
);
--> statement-breakpoint
CREATE INDEX `audit_disclosures_campaign` ON `audit_disclosures` (`campaign_id`);--> statement-breakpoint
CREATE TABLE `erasures` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text,
	`started_at` text NOT NULL,
	`finished_at` text,
	`erased` text NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `erasures_campaign` ON `erasures` (`campaign_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `erasures_one_under_way` ON `erasures` (`campaign_id`) WHERE finished_at is null;--> statement-breakpoint
DROP INDEX `audit_mailings_sent`;--> statement-breakpoint
ALTER TABLE `campaigns` ADD `retention_days` integer DEFAULT 180 NOT NULL;--> statement-breakpoint
ALTER TABLE `enrollments` ADD `guardians_erased_at` text;--> statement-breakpoint
ALTER TABLE `enrollments` ADD `names_erased_at` text;