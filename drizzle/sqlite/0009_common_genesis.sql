ALTER TABLE `job_runs` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `reason` text;