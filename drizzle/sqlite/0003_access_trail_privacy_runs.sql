CREATE TABLE `known_browsers` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `known_browsers_user` ON `known_browsers` (`user_id`);--> statement-breakpoint
CREATE TABLE `one_time_links` (
	`subject` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`token_hash` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_links_token_hash` ON `one_time_links` (`token_hash`);--> statement-breakpoint
CREATE TABLE `oidc_subjects` (
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`user_id` text NOT NULL,
	PRIMARY KEY(`issuer`, `subject`),
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `totps` (
	`user_id` text PRIMARY KEY NOT NULL,
	`sealed_secret` text NOT NULL,
	`created_at` text NOT NULL,
	`confirmed_at` text,
	`last_step` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `recovery_codes_user` ON `recovery_codes` (`user_id`);--> statement-breakpoint
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
CREATE TABLE `audit_seals` (
	`position` integer PRIMARY KEY NOT NULL,
	`event_id` text NOT NULL,
	`leaf` blob NOT NULL,
	`hash` blob NOT NULL,
	CONSTRAINT "audit_seals_hashes" CHECK(length("audit_seals"."leaf") = 32 AND length("audit_seals"."hash") = 32)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_seals_event` ON `audit_seals` (`event_id`);--> statement-breakpoint
CREATE TABLE `audit_nodes` (
	`level` integer NOT NULL,
	`index` integer NOT NULL,
	`hash` blob NOT NULL,
	PRIMARY KEY(`level`, `index`)
);
--> statement-breakpoint
CREATE TABLE `audit_checkpoints` (
	`size` integer PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`root` text NOT NULL,
	`head` text NOT NULL,
	`previous` text NOT NULL,
	`public_key` text NOT NULL,
	`signature` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_checkpoints_previous` ON `audit_checkpoints` (`previous`);--> statement-breakpoint
CREATE TABLE `audit_mailings` (
	`id` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`size` integer NOT NULL,
	`sent` integer NOT NULL
);
--> statement-breakpoint
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
CREATE INDEX `job_runs_job` ON `job_runs` (`job`,`id`);--> statement-breakpoint
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
DROP INDEX `sessions_user`;--> statement-breakpoint
ALTER TABLE `sessions` ADD `id` text NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `last_seen_at` text NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `user_agent` text NOT NULL;--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`,`id`);--> statement-breakpoint
ALTER TABLE `api_keys` ADD `requests_per_minute` integer;--> statement-breakpoint
ALTER TABLE `devices` ADD `app_version` text;--> statement-breakpoint
ALTER TABLE `devices` ADD `pending_scans` integer;--> statement-breakpoint
ALTER TABLE `campaigns` ADD `retention_days` integer DEFAULT 180 NOT NULL;--> statement-breakpoint
ALTER TABLE `enrollments` ADD `guardians_erased_at` text;--> statement-breakpoint
ALTER TABLE `enrollments` ADD `names_erased_at` text;