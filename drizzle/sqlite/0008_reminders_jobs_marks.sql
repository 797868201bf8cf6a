CREATE TABLE `situations` (
	`topic` text NOT NULL,
	`matter` text NOT NULL,
	`state` text NOT NULL,
	`since` text NOT NULL,
	`told_at` text,
	PRIMARY KEY(`topic`, `matter`)
);
--> statement-breakpoint
CREATE TABLE `notices` (
	`id` text PRIMARY KEY NOT NULL,
	`topic` text NOT NULL,
	`role` text NOT NULL,
	`subject` text NOT NULL,
	`text` text NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `audit_events` ADD `mark` text;--> statement-breakpoint
ALTER TABLE `job_runs` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `reason` text;