CREATE TABLE `reminder_plans` (
	`campaign_id` text PRIMARY KEY NOT NULL,
	`steps` text NOT NULL,
	`quiet_hours` text,
	`consent_required` integer NOT NULL,
	`version` integer NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `recipients` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`key` text NOT NULL,
	`stop_token` text NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `recipients_key` ON `recipients` (`campaign_id`,`key`);--> statement-breakpoint
CREATE UNIQUE INDEX `recipients_stop_token` ON `recipients` (`stop_token`);--> statement-breakpoint
CREATE TABLE `contact_marks` (
	`campaign_id` text NOT NULL,
	`address_key` text NOT NULL,
	`refusal` text,
	`refused_at` text,
	`stopped_at` text,
	PRIMARY KEY(`campaign_id`, `address_key`),
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "contact_marks_refused" CHECK((refusal is null) = (refused_at is null))
);
--> statement-breakpoint
CREATE TABLE `messages` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`recipient_id` text NOT NULL,
	`step` text NOT NULL,
	`edition` integer NOT NULL,
	`channel` text NOT NULL,
	`about` text NOT NULL,
	`status` text NOT NULL,
	`cause` text,
	`language` text,
	`day` text,
	`planned_at` text NOT NULL,
	`not_after` text NOT NULL,
	`sent_at` text,
	`reference` text,
	`told_from` text,
	`told_until` text,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`recipient_id`) REFERENCES `recipients`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "messages_status" CHECK(status in ('queued', 'sending', 'sent', 'doubtful', 'refused', 'failed', 'bounced', 'cancelled', 'listed')),
	CONSTRAINT "messages_channel" CHECK(channel in ('email', 'sms', 'print') and (channel = 'print') = (status = 'listed')),
	CONSTRAINT "messages_day" CHECK((status in ('queued', 'sending', 'sent', 'doubtful', 'bounced')) = (day is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_once` ON `messages` (`recipient_id`,`step`,`edition`,`channel`) WHERE status <> 'cancelled';--> statement-breakpoint
CREATE UNIQUE INDEX `messages_one_live` ON `messages` (`recipient_id`,`step`,`edition`) WHERE status in ('queued', 'sending', 'sent', 'doubtful');--> statement-breakpoint
CREATE UNIQUE INDEX `messages_one_a_day` ON `messages` (`recipient_id`,`day`) WHERE day is not null;--> statement-breakpoint
CREATE INDEX `messages_campaign` ON `messages` (`campaign_id`,`id`);--> statement-breakpoint
CREATE INDEX `messages_recipient` ON `messages` (`recipient_id`);--> statement-breakpoint
CREATE TABLE `message_vouchers` (
	`message_id` text NOT NULL,
	`voucher_id` text NOT NULL,
	PRIMARY KEY(`message_id`, `voucher_id`),
	FOREIGN KEY (`message_id`) REFERENCES `messages`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`voucher_id`) REFERENCES `vouchers`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `message_vouchers_voucher` ON `message_vouchers` (`voucher_id`);--> statement-breakpoint
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
ALTER TABLE `idempotency_keys` ADD `leased_until` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `two_factors` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `audit_events` ADD `mark` text;--> statement-breakpoint
ALTER TABLE `job_runs` ADD `reason` text;--> statement-breakpoint
ALTER TABLE `tasks` ADD `reason` text;--> statement-breakpoint
CREATE INDEX `enrollments_in_order` ON `enrollments` (`campaign_id`,`id`);--> statement-breakpoint
CREATE INDEX `vouchers_in_order` ON `vouchers` (`campaign_id`,`id`);