CREATE TABLE `idempotency_keys` (
	`credential` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`status` integer,
	`answer` text,
	`content_type` text,
	`created_at` text NOT NULL,
	PRIMARY KEY(`credential`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_keys_created_at` ON `idempotency_keys` (`created_at`);--> statement-breakpoint
CREATE TABLE `users` (
	`id` text PRIMARY KEY NOT NULL,
	`email` text NOT NULL,
	`name` text NOT NULL,
	`password_hash` text,
	`roles` text NOT NULL,
	`active` integer DEFAULT true NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `users_email` ON `users` (`email`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`token_hash` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text NOT NULL,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `sessions_user` ON `sessions` (`user_id`);--> statement-breakpoint
CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`key_hash` text NOT NULL,
	`roles` text NOT NULL,
	`created_by_id` text NOT NULL,
	`created_at` text NOT NULL,
	`expires_at` text,
	`last_used_at` text,
	`revoked_at` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_key_hash` ON `api_keys` (`key_hash`);--> statement-breakpoint
CREATE TABLE `devices` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`school_id` text NOT NULL,
	`provisioning_hash` text,
	`provisioning_expires_at` text NOT NULL,
	`provisioned_at` text,
	`token_hash` text,
	`created_at` text NOT NULL,
	`last_seen_at` text,
	`revoked_at` text,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `devices_provisioning_hash` ON `devices` (`provisioning_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `devices_token_hash` ON `devices` (`token_hash`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` text PRIMARY KEY NOT NULL,
	`at` text NOT NULL,
	`actor_kind` text NOT NULL,
	`actor_id` text NOT NULL,
	`action` text NOT NULL,
	`subject_id` text NOT NULL,
	`change` text NOT NULL,
	`request_id` text
);
--> statement-breakpoint
CREATE INDEX `audit_events_subject` ON `audit_events` (`subject_id`);--> statement-breakpoint
CREATE INDEX `audit_events_actor` ON `audit_events` (`actor_id`,`id`);--> statement-breakpoint
CREATE TABLE `communities` (
	`id` text PRIMARY KEY NOT NULL,
	`code` text NOT NULL,
	`name` text NOT NULL,
	`name_latin` text,
	`version` integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `communities_code` ON `communities` (`code`);--> statement-breakpoint
CREATE TABLE `locations` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`name` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `locations_one_of_a_kind` ON `locations` (`kind`) WHERE kind in ('supplier', 'transit', 'handed_out', 'written_off');--> statement-breakpoint
CREATE UNIQUE INDEX `locations_warehouse_name` ON `locations` (`name`) WHERE kind = 'warehouse';--> statement-breakpoint
CREATE TABLE `schools` (
	`id` text PRIMARY KEY NOT NULL,
	`ministry_code` text NOT NULL,
	`name` text NOT NULL,
	`folded` text NOT NULL,
	`community_id` text NOT NULL,
	`location_id` text NOT NULL,
	`address` text,
	`postal_code` text,
	`latitude` real,
	`longitude` real,
	`email` text,
	`phone` text,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`community_id`) REFERENCES `communities`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`location_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `schools_ministry_code` ON `schools` (`ministry_code`);--> statement-breakpoint
CREATE UNIQUE INDEX `schools_location` ON `schools` (`location_id`);--> statement-breakpoint
CREATE INDEX `schools_community` ON `schools` (`community_id`);--> statement-breakpoint
CREATE TABLE `kits` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`unit_cost_cents` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `kit_items` (
	`kit_id` text NOT NULL,
	`position` integer NOT NULL,
	`name` text NOT NULL,
	`quantity` integer NOT NULL,
	`unit_cost_cents` integer NOT NULL,
	PRIMARY KEY(`kit_id`, `position`),
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "kit_items_quantity" CHECK(quantity > 0 and unit_cost_cents >= 0)
);
--> statement-breakpoint
CREATE TABLE `campaigns` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`year` integer NOT NULL,
	`kit_id` text NOT NULL,
	`target_quantity` integer NOT NULL,
	`budget_cents` integer NOT NULL,
	`reserve_quantity` integer DEFAULT 0 NOT NULL,
	`pickup_from` text NOT NULL,
	`pickup_until` text NOT NULL,
	`four_eyes` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'draft' NOT NULL,
	`opened_at` text,
	`closing_at` text,
	`closed_at` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "campaigns_figures" CHECK(target_quantity >= 0 and budget_cents >= 0 and reserve_quantity >= 0 and pickup_from <= pickup_until),
	CONSTRAINT "campaigns_status" CHECK(status in ('draft', 'open', 'closing', 'closed'))
);
--> statement-breakpoint
CREATE TABLE `campaign_communities` (
	`campaign_id` text NOT NULL,
	`community_id` text NOT NULL,
	PRIMARY KEY(`campaign_id`, `community_id`),
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`community_id`) REFERENCES `communities`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `discrepancies` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`code` text NOT NULL,
	`severity` text NOT NULL,
	`status` text DEFAULT 'open' NOT NULL,
	`matter` text NOT NULL,
	`detail` text NOT NULL,
	`expected` integer,
	`actual` integer,
	`records` text NOT NULL,
	`reconciliation_id` text,
	`owner_id` text,
	`resolution` text,
	`gone` integer DEFAULT false NOT NULL,
	`resolved_by_id` text,
	`opened_at` text NOT NULL,
	`resolved_at` text,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "discrepancies_status" CHECK(status = 'open' or resolution is not null)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `discrepancies_matter` ON `discrepancies` (`campaign_id`,`code`,`matter`);--> statement-breakpoint
CREATE TABLE `enrollments` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`school_id` text NOT NULL,
	`pupil_ref` text NOT NULL,
	`given_name` text,
	`family_name` text,
	`section` text,
	`folded` text DEFAULT '' NOT NULL,
	`headcount` integer DEFAULT false NOT NULL,
	`status` text DEFAULT 'active' NOT NULL,
	`withdrawal_reason` text,
	`transferred_from_id` text,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` text NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "enrollments_status" CHECK(status in ('active', 'transferred', 'withdrawn'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `enrollments_pupil_ref` ON `enrollments` (`campaign_id`,`school_id`,`pupil_ref`);--> statement-breakpoint
CREATE UNIQUE INDEX `enrollments_transferred_from` ON `enrollments` (`transferred_from_id`) WHERE transferred_from_id is not null;--> statement-breakpoint
CREATE TABLE `guardians` (
	`enrollment_id` text NOT NULL,
	`position` integer NOT NULL,
	`name` text,
	`email` text,
	`phone` text,
	`language` text NOT NULL,
	`consent` integer DEFAULT false NOT NULL,
	PRIMARY KEY(`enrollment_id`, `position`),
	FOREIGN KEY (`enrollment_id`) REFERENCES `enrollments`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "guardians_position" CHECK(position in (1, 2))
);
--> statement-breakpoint
CREATE TABLE `balances` (
	`location_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`kind` text NOT NULL,
	`on_hand` integer DEFAULT 0 NOT NULL,
	`reserved` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`location_id`, `kit_id`),
	FOREIGN KEY (`location_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "balances_not_negative" CHECK(kind not in ('warehouse', 'transit') or on_hand >= 0),
	CONSTRAINT "balances_promised_once" CHECK(reserved >= 0 and (kind <> 'warehouse' or reserved <= on_hand))
);
--> statement-breakpoint
CREATE TABLE `movements` (
	`id` text PRIMARY KEY NOT NULL,
	`kit_id` text NOT NULL,
	`from_location_id` text NOT NULL,
	`to_location_id` text NOT NULL,
	`quantity` integer NOT NULL,
	`kind` text NOT NULL,
	`cause_type` text NOT NULL,
	`cause_id` text NOT NULL,
	`campaign_id` text,
	`actor_id` text NOT NULL,
	`reason` text,
	`reverses_id` text,
	`occurred_at` text NOT NULL,
	`recorded_at` text NOT NULL,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`from_location_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`to_location_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "movements_quantity" CHECK(quantity > 0 and from_location_id <> to_location_id)
);
--> statement-breakpoint
CREATE INDEX `movements_from` ON `movements` (`from_location_id`,`kit_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `movements_to` ON `movements` (`to_location_id`,`kit_id`,`occurred_at`);--> statement-breakpoint
CREATE INDEX `movements_cause` ON `movements` (`cause_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `movements_reverses` ON `movements` (`reverses_id`) WHERE reverses_id is not null;--> statement-breakpoint
CREATE TABLE `receipts` (
	`id` text PRIMARY KEY NOT NULL,
	`warehouse_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`quantity` integer NOT NULL,
	`damaged_quantity` integer NOT NULL,
	`unit_cost_cents` integer NOT NULL,
	`supplier` text NOT NULL,
	`document_number` text NOT NULL,
	`occurred_at` text NOT NULL,
	`recorded_at` text NOT NULL,
	`reversed_at` text,
	FOREIGN KEY (`warehouse_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "receipts_quantity" CHECK(quantity > 0 and damaged_quantity between 0 and quantity and unit_cost_cents >= 0)
);
--> statement-breakpoint
CREATE INDEX `receipts_campaign` ON `receipts` (`campaign_id`);--> statement-breakpoint
CREATE TABLE `shipments` (
	`id` text PRIMARY KEY NOT NULL,
	`number` integer NOT NULL,
	`campaign_id` text NOT NULL,
	`warehouse_id` text NOT NULL,
	`school_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`quantity` integer NOT NULL,
	`reserved_quantity` integer DEFAULT 0 NOT NULL,
	`status` text DEFAULT 'planned' NOT NULL,
	`accepted_quantity` integer,
	`rejected_quantity` integer,
	`missing_quantity` integer,
	`returned_quantity` integer DEFAULT 0 NOT NULL,
	`note` text,
	`planned_at` text NOT NULL,
	`dispatched_at` text,
	`delivered_at` text,
	`cancelled_at` text,
	`version` integer DEFAULT 1 NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`warehouse_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "shipments_quantity" CHECK(quantity > 0 and reserved_quantity between 0 and quantity),
	CONSTRAINT "shipments_status" CHECK(status in ('planned', 'dispatched', 'delivered', 'returned', 'cancelled')),
	CONSTRAINT "shipments_delivery" CHECK(accepted_quantity is null or (accepted_quantity >= 0 and rejected_quantity >= 0 and missing_quantity >= 0
          and accepted_quantity + rejected_quantity + missing_quantity = quantity
          and returned_quantity between 0 and rejected_quantity))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `shipments_number` ON `shipments` (`number`);--> statement-breakpoint
CREATE INDEX `shipments_campaign` ON `shipments` (`campaign_id`,`school_id`);--> statement-breakpoint
CREATE TABLE `promises` (
	`id` text PRIMARY KEY NOT NULL,
	`location_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`quantity` integer NOT NULL,
	`at` text NOT NULL,
	FOREIGN KEY (`location_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `promises_location` ON `promises` (`location_id`,`kit_id`,`at`);--> statement-breakpoint
CREATE TABLE `reservations` (
	`warehouse_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`school_id` text NOT NULL,
	`quantity` integer NOT NULL,
	PRIMARY KEY(`campaign_id`, `school_id`, `kit_id`, `warehouse_id`),
	FOREIGN KEY (`warehouse_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "reservations_quantity" CHECK(quantity >= 0)
);
--> statement-breakpoint
CREATE TABLE `counts` (
	`id` text PRIMARY KEY NOT NULL,
	`location_id` text NOT NULL,
	`counted_at` text NOT NULL,
	`status` text DEFAULT 'open' NOT NULL,
	`created_by_id` text NOT NULL,
	`created_at` text NOT NULL,
	`posted_by_id` text,
	`posted_at` text,
	FOREIGN KEY (`location_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "counts_status" CHECK(status in ('open', 'posted', 'discarded'))
);
--> statement-breakpoint
CREATE INDEX `counts_location` ON `counts` (`location_id`,`counted_at`);--> statement-breakpoint
CREATE TABLE `count_lines` (
	`count_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`counted` integer NOT NULL,
	`expected` integer,
	PRIMARY KEY(`count_id`, `kit_id`),
	FOREIGN KEY (`count_id`) REFERENCES `counts`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "count_lines_counted" CHECK(counted >= 0)
);
--> statement-breakpoint
CREATE TABLE `adjustments` (
	`id` text PRIMARY KEY NOT NULL,
	`location_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`shipment_id` text,
	`quantity` integer NOT NULL,
	`reason` text NOT NULL,
	`note` text,
	`occurred_at` text NOT NULL,
	`recorded_at` text NOT NULL,
	`reversed_at` text,
	FOREIGN KEY (`location_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`shipment_id`) REFERENCES `shipments`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "adjustments_quantity" CHECK(quantity <> 0)
);
--> statement-breakpoint
CREATE INDEX `adjustments_shipment` ON `adjustments` (`shipment_id`) WHERE shipment_id is not null;--> statement-breakpoint
CREATE TABLE `returns` (
	`id` text PRIMARY KEY NOT NULL,
	`school_id` text NOT NULL,
	`warehouse_id` text NOT NULL,
	`kit_id` text NOT NULL,
	`quantity` integer NOT NULL,
	`reason` text NOT NULL,
	`occurred_at` text NOT NULL,
	`recorded_at` text NOT NULL,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`warehouse_id`) REFERENCES `locations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`kit_id`) REFERENCES `kits`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `allocations` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`status` text DEFAULT 'proposed' NOT NULL,
	`what_if` integer NOT NULL,
	`policy` text NOT NULL,
	`stock_quantity` integer NOT NULL,
	`need_quantity` integer NOT NULL,
	`shortfall` integer NOT NULL,
	`seed` text NOT NULL,
	`basis` text NOT NULL,
	`created_by_id` text NOT NULL,
	`created_at` text NOT NULL,
	`confirmed_by_id` text,
	`confirmed_at` text,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "allocations_status" CHECK(status in ('proposed', 'confirmed', 'superseded'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `allocations_one_confirmed` ON `allocations` (`campaign_id`) WHERE status = 'confirmed';--> statement-breakpoint
CREATE INDEX `allocations_campaign` ON `allocations` (`campaign_id`);--> statement-breakpoint
CREATE TABLE `allocation_lines` (
	`allocation_id` text NOT NULL,
	`school_id` text NOT NULL,
	`need` integer NOT NULL,
	`shipped` integer NOT NULL,
	`quantity` integer NOT NULL,
	`grounds` text NOT NULL,
	PRIMARY KEY(`allocation_id`, `school_id`),
	FOREIGN KEY (`allocation_id`) REFERENCES `allocations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `vouchers` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`enrollment_id` text NOT NULL,
	`school_id` text NOT NULL,
	`code` text NOT NULL,
	`status` text DEFAULT 'issued' NOT NULL,
	`issued_at` text NOT NULL,
	`redeemed_at` text,
	`ended_at` text,
	`revocation_reason` text,
	`replaces_id` text,
	`replaced_by_id` text,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`enrollment_id`) REFERENCES `enrollments`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "vouchers_status" CHECK(status in ('issued', 'redeemed', 'revoked', 'expired')),
	CONSTRAINT "vouchers_ended_at" CHECK((status in ('revoked', 'expired')) = (ended_at is not null)),
	CONSTRAINT "vouchers_redeemed_at" CHECK((status = 'redeemed') = (redeemed_at is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `vouchers_code` ON `vouchers` (`code`);--> statement-breakpoint
CREATE UNIQUE INDEX `vouchers_one_live` ON `vouchers` (`enrollment_id`) WHERE ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX `vouchers_replaces` ON `vouchers` (`replaces_id`) WHERE replaces_id is not null;--> statement-breakpoint
CREATE INDEX `vouchers_enrollment` ON `vouchers` (`enrollment_id`);--> statement-breakpoint
CREATE INDEX `vouchers_campaign` ON `vouchers` (`campaign_id`,`school_id`);--> statement-breakpoint
CREATE TABLE `redemptions` (
	`id` text PRIMARY KEY NOT NULL,
	`voucher_id` text NOT NULL,
	`campaign_id` text NOT NULL,
	`school_id` text NOT NULL,
	`collected_by` text NOT NULL,
	`actor_id` text NOT NULL,
	`redeemed_at` text NOT NULL,
	`recorded_at` text NOT NULL,
	`undone_at` text,
	`undo_reason` text,
	FOREIGN KEY (`voucher_id`) REFERENCES `vouchers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `redemptions_one_per_voucher` ON `redemptions` (`voucher_id`) WHERE undone_at is null;--> statement-breakpoint
CREATE TABLE `scans` (
	`id` text PRIMARY KEY NOT NULL,
	`scan_id` text NOT NULL,
	`campaign_id` text,
	`school_id` text NOT NULL,
	`voucher_id` text,
	`redemption_id` text,
	`discrepancy_id` text,
	`result` text NOT NULL,
	`raw` text NOT NULL,
	`handed_out` integer NOT NULL,
	`collected_by` text NOT NULL,
	`actor_id` text NOT NULL,
	`scanned_at` text NOT NULL,
	`recorded_at` text NOT NULL,
	`facts` text NOT NULL,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`school_id`) REFERENCES `schools`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`voucher_id`) REFERENCES `vouchers`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`redemption_id`) REFERENCES `redemptions`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `scans_scan_id` ON `scans` (`scan_id`);--> statement-breakpoint
CREATE INDEX `scans_campaign` ON `scans` (`campaign_id`,`id`);--> statement-breakpoint
CREATE TABLE `reconciliations` (
	`id` text PRIMARY KEY NOT NULL,
	`campaign_id` text NOT NULL,
	`status` text NOT NULL,
	`checks` text NOT NULL,
	`comparison` text NOT NULL,
	`discrepancy_ids` text NOT NULL,
	`campaign_status` text NOT NULL,
	`basis` text NOT NULL,
	`created_by_id` text NOT NULL,
	`created_at` text NOT NULL,
	`signed_by_id` text,
	`signed_at` text,
	FOREIGN KEY (`campaign_id`) REFERENCES `campaigns`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "reconciliations_status" CHECK(status in ('running', 'clean', 'findings', 'signed'))
);
--> statement-breakpoint
CREATE INDEX `reconciliations_campaign` ON `reconciliations` (`campaign_id`);