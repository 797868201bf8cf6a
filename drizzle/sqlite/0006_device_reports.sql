ALTER TABLE `api_keys` ADD `requests_per_minute` integer;--> statement-breakpoint
ALTER TABLE `devices` ADD `app_version` text;--> statement-breakpoint
ALTER TABLE `devices` ADD `pending_scans` integer;