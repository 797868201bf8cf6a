CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`job` text NOT NULL,
	`payload` text NOT NULL,
	`status` text NOT NULL,
	`run_at` text NOT NULL,
	`attempts` integer NOT NULL,
	`leased_until` text,
	`handed_at` text,
	`failure` text,
	`created_at` text NOT NULL,
	`ended_at` text,
	CONSTRAINT "tasks_status" CHECK(status in ('queued', 'running', 'done', 'failed', 'cancelled')),
	CONSTRAINT "tasks_ended" CHECK((status in ('queued', 'running')) = (ended_at is null)),
	CONSTRAINT "tasks_leased" CHECK((status = 'running') = (leased_until is not null))
);
--> statement-breakpoint
CREATE INDEX `tasks_due` ON `tasks` (`job`,`status`,`run_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_job` ON `tasks` (`job`,`created_at`,`id`);--> statement-breakpoint
ALTER TABLE `job_runs` ADD `due_at` text;--> statement-breakpoint
ALTER TABLE `job_runs` ADD `cancel_requested_at` text;--> statement-breakpoint
CREATE UNIQUE INDEX `job_runs_once` ON `job_runs` (`job`,`due_at`) WHERE due_at is not null;