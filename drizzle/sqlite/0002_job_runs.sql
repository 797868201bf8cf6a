CREATE TABLE `job_runs` (
	`id` text PRIMARY KEY NOT NULL,
	`job` text NOT NULL,
	`status` text NOT NULL,
	`actor_id` text,
	`started_at` text NOT NULL,
	`ended_at` text,
	`leased_until` text NOT NULL,
	`figures` text NOT NULL,
	`failure` text,
	CONSTRAINT "job_runs_ended" CHECK((status = 'running') = (ended_at is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_runs_one_running` ON `job_runs` (`job`) WHERE status = 'running';--> statement-breakpoint
CREATE INDEX `job_runs_job` ON `job_runs` (`job`,`id`);