CREATE TABLE `one_time_links` (
	`subject` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`token_hash` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `one_time_links_token_hash` ON `one_time_links` (`token_hash`);