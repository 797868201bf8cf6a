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
CREATE INDEX `audit_mailings_sent` ON `audit_mailings` (`sent`,`at`);