CREATE TABLE "idempotency_keys" (
	"credential" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"fingerprint" text COLLATE "C" NOT NULL,
	"status" bigint,
	"answer" text COLLATE "C",
	"content_type" text COLLATE "C",
	"leased_until" text COLLATE "C",
	"created_at" text COLLATE "C" NOT NULL,
	CONSTRAINT "idempotency_keys_credential_key_pk" PRIMARY KEY("credential","key")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"email" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"password_hash" text COLLATE "C",
	"roles" text COLLATE "C" NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"version" bigint DEFAULT 1 NOT NULL,
	"created_at" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"token_hash" text COLLATE "C" PRIMARY KEY NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"last_seen_at" text COLLATE "C" NOT NULL,
	"expires_at" text COLLATE "C" NOT NULL,
	"user_agent" text COLLATE "C" NOT NULL,
	"two_factors" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "known_browsers" (
	"token_hash" text COLLATE "C" PRIMARY KEY NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "one_time_links" (
	"subject" text COLLATE "C" PRIMARY KEY NOT NULL,
	"purpose" text COLLATE "C" NOT NULL,
	"token_hash" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"expires_at" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "oidc_subjects" (
	"issuer" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "oidc_subjects_issuer_subject_pk" PRIMARY KEY("issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "totps" (
	"user_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"sealed_secret" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"confirmed_at" text COLLATE "C",
	"last_step" bigint
);
--> statement-breakpoint
CREATE TABLE "recovery_codes" (
	"code_hash" text COLLATE "C" PRIMARY KEY NOT NULL,
	"user_id" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "passkeys" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"credential_id" text COLLATE "C" NOT NULL,
	"user_id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"public_key" text COLLATE "C" NOT NULL,
	"counter" bigint NOT NULL,
	"transports" text COLLATE "C" NOT NULL,
	"backed_up" boolean NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"last_used_at" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "passkey_challenges" (
	"challenge_hash" text COLLATE "C" PRIMARY KEY NOT NULL,
	"purpose" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C",
	"expires_at" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "password_resets" (
	"user_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"asked_at" text COLLATE "C" NOT NULL,
	"mailed_at" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"key_hash" text COLLATE "C" NOT NULL,
	"roles" text COLLATE "C" NOT NULL,
	"created_by_id" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"expires_at" text COLLATE "C",
	"requests_per_minute" bigint,
	"last_used_at" text COLLATE "C",
	"revoked_at" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"provisioning_hash" text COLLATE "C",
	"provisioning_expires_at" text COLLATE "C" NOT NULL,
	"provisioned_at" text COLLATE "C",
	"token_hash" text COLLATE "C",
	"created_at" text COLLATE "C" NOT NULL,
	"last_seen_at" text COLLATE "C",
	"app_version" text COLLATE "C",
	"pending_scans" bigint,
	"revoked_at" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "audit_events" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"actor_kind" text COLLATE "C" NOT NULL,
	"actor_id" text COLLATE "C" NOT NULL,
	"action" text COLLATE "C" NOT NULL,
	"subject_id" text COLLATE "C" NOT NULL,
	"change" text COLLATE "C" NOT NULL,
	"request_id" text COLLATE "C",
	"mark" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "audit_disclosures" (
	"event_id" text COLLATE "C" NOT NULL,
	"field" text COLLATE "C" NOT NULL,
	"campaign_id" text COLLATE "C",
	"salt" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	CONSTRAINT "audit_disclosures_event_id_field_pk" PRIMARY KEY("event_id","field")
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"position" bigint PRIMARY KEY NOT NULL,
	"event_id" text COLLATE "C" NOT NULL,
	"leaf" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_seals_hashes" CHECK (length("audit_seals"."leaf") = 32 AND length("audit_seals"."hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "audit_nodes" (
	"level" bigint NOT NULL,
	"index" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "audit_nodes_level_index_pk" PRIMARY KEY("level","index")
);
--> statement-breakpoint
CREATE TABLE "audit_checkpoints" (
	"size" bigint PRIMARY KEY NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"root" text COLLATE "C" NOT NULL,
	"head" text COLLATE "C" NOT NULL,
	"previous" text COLLATE "C" NOT NULL,
	"public_key" text COLLATE "C" NOT NULL,
	"signature" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_mailings" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"at" text COLLATE "C" NOT NULL,
	"size" bigint NOT NULL,
	"sent" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "communities" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"code" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"name_latin" text COLLATE "C",
	"version" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "locations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "schools" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"ministry_code" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"folded" text COLLATE "C" NOT NULL,
	"community_id" text COLLATE "C" NOT NULL,
	"location_id" text COLLATE "C" NOT NULL,
	"address" text COLLATE "C",
	"postal_code" text COLLATE "C",
	"latitude" double precision,
	"longitude" double precision,
	"email" text COLLATE "C",
	"phone" text COLLATE "C",
	"version" bigint DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kits" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"unit_cost_cents" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "kit_items" (
	"kit_id" text COLLATE "C" NOT NULL,
	"position" bigint NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"quantity" bigint NOT NULL,
	"unit_cost_cents" bigint NOT NULL,
	CONSTRAINT "kit_items_kit_id_position_pk" PRIMARY KEY("kit_id","position"),
	CONSTRAINT "kit_items_quantity" CHECK (quantity > 0 and unit_cost_cents >= 0)
);
--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"year" bigint NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"target_quantity" bigint NOT NULL,
	"budget_cents" bigint NOT NULL,
	"reserve_quantity" bigint DEFAULT 0 NOT NULL,
	"pickup_from" text COLLATE "C" NOT NULL,
	"pickup_until" text COLLATE "C" NOT NULL,
	"four_eyes" boolean DEFAULT false NOT NULL,
	"retention_days" bigint DEFAULT 180 NOT NULL,
	"status" text COLLATE "C" DEFAULT 'draft' NOT NULL,
	"opened_at" text COLLATE "C",
	"closing_at" text COLLATE "C",
	"closed_at" text COLLATE "C",
	"version" bigint DEFAULT 1 NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	CONSTRAINT "campaigns_figures" CHECK (target_quantity >= 0 and budget_cents >= 0 and reserve_quantity >= 0 and pickup_from <= pickup_until),
	CONSTRAINT "campaigns_status" CHECK (status in ('draft', 'open', 'closing', 'closed'))
);
--> statement-breakpoint
CREATE TABLE "campaign_communities" (
	"campaign_id" text COLLATE "C" NOT NULL,
	"community_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "campaign_communities_campaign_id_community_id_pk" PRIMARY KEY("campaign_id","community_id")
);
--> statement-breakpoint
CREATE TABLE "discrepancies" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"code" text COLLATE "C" NOT NULL,
	"severity" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" DEFAULT 'open' NOT NULL,
	"matter" text COLLATE "C" NOT NULL,
	"detail" text COLLATE "C" NOT NULL,
	"expected" bigint,
	"actual" bigint,
	"records" text COLLATE "C" NOT NULL,
	"reconciliation_id" text COLLATE "C",
	"owner_id" text COLLATE "C",
	"resolution" text COLLATE "C",
	"gone" boolean DEFAULT false NOT NULL,
	"resolved_by_id" text COLLATE "C",
	"opened_at" text COLLATE "C" NOT NULL,
	"resolved_at" text COLLATE "C",
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "discrepancies_status" CHECK (status = 'open' or resolution is not null)
);
--> statement-breakpoint
CREATE TABLE "enrollments" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"pupil_ref" text COLLATE "C" NOT NULL,
	"given_name" text COLLATE "C",
	"family_name" text COLLATE "C",
	"section" text COLLATE "C",
	"folded" text COLLATE "C" DEFAULT '' NOT NULL,
	"headcount" boolean DEFAULT false NOT NULL,
	"status" text COLLATE "C" DEFAULT 'active' NOT NULL,
	"withdrawal_reason" text COLLATE "C",
	"transferred_from_id" text COLLATE "C",
	"guardians_erased_at" text COLLATE "C",
	"names_erased_at" text COLLATE "C",
	"version" bigint DEFAULT 1 NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	CONSTRAINT "enrollments_status" CHECK (status in ('active', 'transferred', 'withdrawn'))
);
--> statement-breakpoint
CREATE TABLE "guardians" (
	"enrollment_id" text COLLATE "C" NOT NULL,
	"position" bigint NOT NULL,
	"name" text COLLATE "C",
	"email" text COLLATE "C",
	"phone" text COLLATE "C",
	"language" text COLLATE "C" NOT NULL,
	"consent" boolean DEFAULT false NOT NULL,
	CONSTRAINT "guardians_enrollment_id_position_pk" PRIMARY KEY("enrollment_id","position"),
	CONSTRAINT "guardians_position" CHECK (position in (1, 2))
);
--> statement-breakpoint
CREATE TABLE "balances" (
	"location_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"on_hand" bigint DEFAULT 0 NOT NULL,
	"reserved" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "balances_location_id_kit_id_pk" PRIMARY KEY("location_id","kit_id"),
	CONSTRAINT "balances_not_negative" CHECK (kind not in ('warehouse', 'transit') or on_hand >= 0),
	CONSTRAINT "balances_promised_once" CHECK (reserved >= 0 and (kind <> 'warehouse' or reserved <= on_hand))
);
--> statement-breakpoint
CREATE TABLE "movements" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"from_location_id" text COLLATE "C" NOT NULL,
	"to_location_id" text COLLATE "C" NOT NULL,
	"quantity" bigint NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"cause_type" text COLLATE "C" NOT NULL,
	"cause_id" text COLLATE "C" NOT NULL,
	"campaign_id" text COLLATE "C",
	"actor_id" text COLLATE "C" NOT NULL,
	"reason" text COLLATE "C",
	"reverses_id" text COLLATE "C",
	"occurred_at" text COLLATE "C" NOT NULL,
	"recorded_at" text COLLATE "C" NOT NULL,
	CONSTRAINT "movements_quantity" CHECK (quantity > 0 and from_location_id <> to_location_id)
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"warehouse_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"quantity" bigint NOT NULL,
	"damaged_quantity" bigint NOT NULL,
	"unit_cost_cents" bigint NOT NULL,
	"supplier" text COLLATE "C" NOT NULL,
	"document_number" text COLLATE "C" NOT NULL,
	"occurred_at" text COLLATE "C" NOT NULL,
	"recorded_at" text COLLATE "C" NOT NULL,
	"reversed_at" text COLLATE "C",
	CONSTRAINT "receipts_quantity" CHECK (quantity > 0 and damaged_quantity between 0 and quantity and unit_cost_cents >= 0)
);
--> statement-breakpoint
CREATE TABLE "shipments" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"number" bigint NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"warehouse_id" text COLLATE "C" NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"quantity" bigint NOT NULL,
	"reserved_quantity" bigint DEFAULT 0 NOT NULL,
	"status" text COLLATE "C" DEFAULT 'planned' NOT NULL,
	"accepted_quantity" bigint,
	"rejected_quantity" bigint,
	"missing_quantity" bigint,
	"returned_quantity" bigint DEFAULT 0 NOT NULL,
	"note" text COLLATE "C",
	"planned_at" text COLLATE "C" NOT NULL,
	"dispatched_at" text COLLATE "C",
	"delivered_at" text COLLATE "C",
	"cancelled_at" text COLLATE "C",
	"version" bigint DEFAULT 1 NOT NULL,
	CONSTRAINT "shipments_quantity" CHECK (quantity > 0 and reserved_quantity between 0 and quantity),
	CONSTRAINT "shipments_status" CHECK (status in ('planned', 'dispatched', 'delivered', 'returned', 'cancelled')),
	CONSTRAINT "shipments_delivery" CHECK (accepted_quantity is null or (accepted_quantity >= 0 and rejected_quantity >= 0 and missing_quantity >= 0
          and accepted_quantity + rejected_quantity + missing_quantity = quantity
          and returned_quantity between 0 and rejected_quantity))
);
--> statement-breakpoint
CREATE TABLE "promises" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"location_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"quantity" bigint NOT NULL,
	"at" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"warehouse_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"quantity" bigint NOT NULL,
	CONSTRAINT "reservations_campaign_id_school_id_kit_id_warehouse_id_pk" PRIMARY KEY("campaign_id","school_id","kit_id","warehouse_id"),
	CONSTRAINT "reservations_quantity" CHECK (quantity >= 0)
);
--> statement-breakpoint
CREATE TABLE "counts" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"location_id" text COLLATE "C" NOT NULL,
	"counted_at" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" DEFAULT 'open' NOT NULL,
	"created_by_id" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"posted_by_id" text COLLATE "C",
	"posted_at" text COLLATE "C",
	CONSTRAINT "counts_status" CHECK (status in ('open', 'posted', 'discarded'))
);
--> statement-breakpoint
CREATE TABLE "count_lines" (
	"count_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"counted" bigint NOT NULL,
	"expected" bigint,
	CONSTRAINT "count_lines_count_id_kit_id_pk" PRIMARY KEY("count_id","kit_id"),
	CONSTRAINT "count_lines_counted" CHECK (counted >= 0)
);
--> statement-breakpoint
CREATE TABLE "adjustments" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"location_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"shipment_id" text COLLATE "C",
	"quantity" bigint NOT NULL,
	"reason" text COLLATE "C" NOT NULL,
	"note" text COLLATE "C",
	"occurred_at" text COLLATE "C" NOT NULL,
	"recorded_at" text COLLATE "C" NOT NULL,
	"reversed_at" text COLLATE "C",
	CONSTRAINT "adjustments_quantity" CHECK (quantity <> 0)
);
--> statement-breakpoint
CREATE TABLE "returns" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"warehouse_id" text COLLATE "C" NOT NULL,
	"kit_id" text COLLATE "C" NOT NULL,
	"quantity" bigint NOT NULL,
	"reason" text COLLATE "C" NOT NULL,
	"occurred_at" text COLLATE "C" NOT NULL,
	"recorded_at" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "allocations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" DEFAULT 'proposed' NOT NULL,
	"what_if" boolean NOT NULL,
	"policy" text COLLATE "C" NOT NULL,
	"stock_quantity" bigint NOT NULL,
	"need_quantity" bigint NOT NULL,
	"shortfall" bigint NOT NULL,
	"seed" text COLLATE "C" NOT NULL,
	"basis" text COLLATE "C" NOT NULL,
	"created_by_id" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"confirmed_by_id" text COLLATE "C",
	"confirmed_at" text COLLATE "C",
	CONSTRAINT "allocations_status" CHECK (status in ('proposed', 'confirmed', 'superseded'))
);
--> statement-breakpoint
CREATE TABLE "allocation_lines" (
	"allocation_id" text COLLATE "C" NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"need" bigint NOT NULL,
	"shipped" bigint NOT NULL,
	"quantity" bigint NOT NULL,
	"grounds" text COLLATE "C" NOT NULL,
	CONSTRAINT "allocation_lines_allocation_id_school_id_pk" PRIMARY KEY("allocation_id","school_id")
);
--> statement-breakpoint
CREATE TABLE "vouchers" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"enrollment_id" text COLLATE "C" NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"code" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" DEFAULT 'issued' NOT NULL,
	"issued_at" text COLLATE "C" NOT NULL,
	"redeemed_at" text COLLATE "C",
	"ended_at" text COLLATE "C",
	"revocation_reason" text COLLATE "C",
	"replaces_id" text COLLATE "C",
	"replaced_by_id" text COLLATE "C",
	CONSTRAINT "vouchers_status" CHECK (status in ('issued', 'redeemed', 'revoked', 'expired')),
	CONSTRAINT "vouchers_ended_at" CHECK ((status in ('revoked', 'expired')) = (ended_at is not null)),
	CONSTRAINT "vouchers_redeemed_at" CHECK ((status = 'redeemed') = (redeemed_at is not null))
);
--> statement-breakpoint
CREATE TABLE "redemptions" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"voucher_id" text COLLATE "C" NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"school_id" text COLLATE "C" NOT NULL,
	"collected_by" text COLLATE "C" NOT NULL,
	"actor_id" text COLLATE "C" NOT NULL,
	"redeemed_at" text COLLATE "C" NOT NULL,
	"recorded_at" text COLLATE "C" NOT NULL,
	"undone_at" text COLLATE "C",
	"undo_reason" text COLLATE "C"
);
--> statement-breakpoint
CREATE TABLE "scans" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"scan_id" text COLLATE "C" NOT NULL,
	"campaign_id" text COLLATE "C",
	"school_id" text COLLATE "C" NOT NULL,
	"voucher_id" text COLLATE "C",
	"redemption_id" text COLLATE "C",
	"discrepancy_id" text COLLATE "C",
	"result" text COLLATE "C" NOT NULL,
	"raw" text COLLATE "C" NOT NULL,
	"handed_out" boolean NOT NULL,
	"collected_by" text COLLATE "C" NOT NULL,
	"actor_id" text COLLATE "C" NOT NULL,
	"scanned_at" text COLLATE "C" NOT NULL,
	"recorded_at" text COLLATE "C" NOT NULL,
	"facts" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reminder_plans" (
	"campaign_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"steps" text COLLATE "C" NOT NULL,
	"quiet_hours" text COLLATE "C",
	"consent_required" boolean NOT NULL,
	"version" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recipients" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"stop_token" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact_marks" (
	"campaign_id" text COLLATE "C" NOT NULL,
	"address_key" text COLLATE "C" NOT NULL,
	"refusal" text COLLATE "C",
	"refused_at" text COLLATE "C",
	"stopped_at" text COLLATE "C",
	CONSTRAINT "contact_marks_campaign_id_address_key_pk" PRIMARY KEY("campaign_id","address_key"),
	CONSTRAINT "contact_marks_refused" CHECK ((refusal is null) = (refused_at is null))
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"recipient_id" text COLLATE "C" NOT NULL,
	"step" text COLLATE "C" NOT NULL,
	"edition" bigint NOT NULL,
	"channel" text COLLATE "C" NOT NULL,
	"about" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"cause" text COLLATE "C",
	"language" text COLLATE "C",
	"day" text COLLATE "C",
	"planned_at" text COLLATE "C" NOT NULL,
	"not_after" text COLLATE "C" NOT NULL,
	"sent_at" text COLLATE "C",
	"reference" text COLLATE "C",
	"told_from" text COLLATE "C",
	"told_until" text COLLATE "C",
	CONSTRAINT "messages_status" CHECK (status in ('queued', 'sending', 'sent', 'doubtful', 'refused', 'failed', 'bounced', 'cancelled', 'listed')),
	CONSTRAINT "messages_channel" CHECK (channel in ('email', 'sms', 'print') and (channel = 'print') = (status = 'listed')),
	CONSTRAINT "messages_day" CHECK ((status in ('queued', 'sending', 'sent', 'doubtful', 'bounced')) = (day is not null))
);
--> statement-breakpoint
CREATE TABLE "message_vouchers" (
	"message_id" text COLLATE "C" NOT NULL,
	"voucher_id" text COLLATE "C" NOT NULL,
	CONSTRAINT "message_vouchers_message_id_voucher_id_pk" PRIMARY KEY("message_id","voucher_id")
);
--> statement-breakpoint
CREATE TABLE "reconciliations" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"checks" text COLLATE "C" NOT NULL,
	"comparison" text COLLATE "C" NOT NULL,
	"discrepancy_ids" text COLLATE "C" NOT NULL,
	"campaign_status" text COLLATE "C" NOT NULL,
	"basis" text COLLATE "C" NOT NULL,
	"created_by_id" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL,
	"signed_by_id" text COLLATE "C",
	"signed_at" text COLLATE "C",
	CONSTRAINT "reconciliations_status" CHECK (status in ('running', 'clean', 'findings', 'signed'))
);
--> statement-breakpoint
CREATE TABLE "job_runs" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"job" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"actor_id" text COLLATE "C",
	"due_at" text COLLATE "C",
	"started_at" text COLLATE "C" NOT NULL,
	"ended_at" text COLLATE "C",
	"leased_until" text COLLATE "C" NOT NULL,
	"figures" text COLLATE "C" NOT NULL,
	"cancel_requested_at" text COLLATE "C",
	"failure" text COLLATE "C",
	"reason" text COLLATE "C",
	CONSTRAINT "job_runs_ended" CHECK ((status = 'running') = (ended_at is null))
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"job" text COLLATE "C" NOT NULL,
	"payload" text COLLATE "C" NOT NULL,
	"status" text COLLATE "C" NOT NULL,
	"run_at" text COLLATE "C" NOT NULL,
	"attempts" bigint NOT NULL,
	"leased_until" text COLLATE "C",
	"handed_at" text COLLATE "C",
	"failure" text COLLATE "C",
	"reason" text COLLATE "C",
	"created_at" text COLLATE "C" NOT NULL,
	"ended_at" text COLLATE "C",
	CONSTRAINT "tasks_status" CHECK (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
	CONSTRAINT "tasks_ended" CHECK ((status in ('queued', 'running')) = (ended_at is null)),
	CONSTRAINT "tasks_leased" CHECK ((status = 'running') = (leased_until is not null))
);
--> statement-breakpoint
CREATE TABLE "situations" (
	"topic" text COLLATE "C" NOT NULL,
	"matter" text COLLATE "C" NOT NULL,
	"state" text COLLATE "C" NOT NULL,
	"since" text COLLATE "C" NOT NULL,
	"told_at" text COLLATE "C",
	CONSTRAINT "situations_topic_matter_pk" PRIMARY KEY("topic","matter")
);
--> statement-breakpoint
CREATE TABLE "notices" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"topic" text COLLATE "C" NOT NULL,
	"role" text COLLATE "C" NOT NULL,
	"subject" text COLLATE "C" NOT NULL,
	"text" text COLLATE "C" NOT NULL,
	"created_at" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"campaign_id" text COLLATE "C",
	"started_at" text COLLATE "C" NOT NULL,
	"finished_at" text COLLATE "C",
	"erased" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "known_browsers" ADD CONSTRAINT "known_browsers_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oidc_subjects" ADD CONSTRAINT "oidc_subjects_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "totps" ADD CONSTRAINT "totps_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD CONSTRAINT "recovery_codes_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passkeys" ADD CONSTRAINT "passkeys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_resets" ADD CONSTRAINT "password_resets_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "devices" ADD CONSTRAINT "devices_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schools" ADD CONSTRAINT "schools_community_id_communities_id_fk" FOREIGN KEY ("community_id") REFERENCES "public"."communities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "schools" ADD CONSTRAINT "schools_location_id_locations_id_fk" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "kit_items" ADD CONSTRAINT "kit_items_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_communities" ADD CONSTRAINT "campaign_communities_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_communities" ADD CONSTRAINT "campaign_communities_community_id_communities_id_fk" FOREIGN KEY ("community_id") REFERENCES "public"."communities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "discrepancies" ADD CONSTRAINT "discrepancies_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollments" ADD CONSTRAINT "enrollments_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrollments" ADD CONSTRAINT "enrollments_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guardians" ADD CONSTRAINT "guardians_enrollment_id_enrollments_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "balances" ADD CONSTRAINT "balances_location_id_locations_id_fk" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "balances" ADD CONSTRAINT "balances_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movements" ADD CONSTRAINT "movements_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movements" ADD CONSTRAINT "movements_from_location_id_locations_id_fk" FOREIGN KEY ("from_location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movements" ADD CONSTRAINT "movements_to_location_id_locations_id_fk" FOREIGN KEY ("to_location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "movements" ADD CONSTRAINT "movements_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_warehouse_id_locations_id_fk" FOREIGN KEY ("warehouse_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "receipts" ADD CONSTRAINT "receipts_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_warehouse_id_locations_id_fk" FOREIGN KEY ("warehouse_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "shipments" ADD CONSTRAINT "shipments_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promises" ADD CONSTRAINT "promises_location_id_locations_id_fk" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "promises" ADD CONSTRAINT "promises_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_warehouse_id_locations_id_fk" FOREIGN KEY ("warehouse_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reservations" ADD CONSTRAINT "reservations_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "counts" ADD CONSTRAINT "counts_location_id_locations_id_fk" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "count_lines" ADD CONSTRAINT "count_lines_count_id_counts_id_fk" FOREIGN KEY ("count_id") REFERENCES "public"."counts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "count_lines" ADD CONSTRAINT "count_lines_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjustments" ADD CONSTRAINT "adjustments_location_id_locations_id_fk" FOREIGN KEY ("location_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjustments" ADD CONSTRAINT "adjustments_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "adjustments" ADD CONSTRAINT "adjustments_shipment_id_shipments_id_fk" FOREIGN KEY ("shipment_id") REFERENCES "public"."shipments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "returns" ADD CONSTRAINT "returns_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "returns" ADD CONSTRAINT "returns_warehouse_id_locations_id_fk" FOREIGN KEY ("warehouse_id") REFERENCES "public"."locations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "returns" ADD CONSTRAINT "returns_kit_id_kits_id_fk" FOREIGN KEY ("kit_id") REFERENCES "public"."kits"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allocations" ADD CONSTRAINT "allocations_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allocation_lines" ADD CONSTRAINT "allocation_lines_allocation_id_allocations_id_fk" FOREIGN KEY ("allocation_id") REFERENCES "public"."allocations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allocation_lines" ADD CONSTRAINT "allocation_lines_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vouchers" ADD CONSTRAINT "vouchers_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vouchers" ADD CONSTRAINT "vouchers_enrollment_id_enrollments_id_fk" FOREIGN KEY ("enrollment_id") REFERENCES "public"."enrollments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "vouchers" ADD CONSTRAINT "vouchers_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_voucher_id_vouchers_id_fk" FOREIGN KEY ("voucher_id") REFERENCES "public"."vouchers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "redemptions" ADD CONSTRAINT "redemptions_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scans" ADD CONSTRAINT "scans_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scans" ADD CONSTRAINT "scans_school_id_schools_id_fk" FOREIGN KEY ("school_id") REFERENCES "public"."schools"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scans" ADD CONSTRAINT "scans_voucher_id_vouchers_id_fk" FOREIGN KEY ("voucher_id") REFERENCES "public"."vouchers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "scans" ADD CONSTRAINT "scans_redemption_id_redemptions_id_fk" FOREIGN KEY ("redemption_id") REFERENCES "public"."redemptions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reminder_plans" ADD CONSTRAINT "reminder_plans_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recipients" ADD CONSTRAINT "recipients_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contact_marks" ADD CONSTRAINT "contact_marks_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "messages" ADD CONSTRAINT "messages_recipient_id_recipients_id_fk" FOREIGN KEY ("recipient_id") REFERENCES "public"."recipients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_vouchers" ADD CONSTRAINT "message_vouchers_message_id_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."messages"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_vouchers" ADD CONSTRAINT "message_vouchers_voucher_id_vouchers_id_fk" FOREIGN KEY ("voucher_id") REFERENCES "public"."vouchers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "reconciliations" ADD CONSTRAINT "reconciliations_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "erasures" ADD CONSTRAINT "erasures_campaign_id_campaigns_id_fk" FOREIGN KEY ("campaign_id") REFERENCES "public"."campaigns"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "idempotency_keys_created_at" ON "idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "users_email" ON "users" USING btree ("email");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "known_browsers_user" ON "known_browsers" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "one_time_links_token_hash" ON "one_time_links" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "recovery_codes_user" ON "recovery_codes" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "passkeys_credential" ON "passkeys" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "passkeys_user" ON "passkeys" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "passkey_challenges_expires" ON "passkey_challenges" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "api_keys_key_hash" ON "api_keys" USING btree ("key_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "devices_provisioning_hash" ON "devices" USING btree ("provisioning_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "devices_token_hash" ON "devices" USING btree ("token_hash");--> statement-breakpoint
CREATE INDEX "audit_events_subject" ON "audit_events" USING btree ("subject_id");--> statement-breakpoint
CREATE INDEX "audit_events_actor" ON "audit_events" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_disclosures_campaign" ON "audit_disclosures" USING btree ("campaign_id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_seals_event" ON "audit_seals" USING btree ("event_id");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_checkpoints_previous" ON "audit_checkpoints" USING btree ("previous");--> statement-breakpoint
CREATE UNIQUE INDEX "communities_code" ON "communities" USING btree ("code");--> statement-breakpoint
CREATE UNIQUE INDEX "locations_one_of_a_kind" ON "locations" USING btree ("kind") WHERE kind in ('supplier', 'transit', 'handed_out', 'written_off');--> statement-breakpoint
CREATE UNIQUE INDEX "locations_warehouse_name" ON "locations" USING btree ("name") WHERE kind = 'warehouse';--> statement-breakpoint
CREATE UNIQUE INDEX "schools_ministry_code" ON "schools" USING btree ("ministry_code");--> statement-breakpoint
CREATE UNIQUE INDEX "schools_location" ON "schools" USING btree ("location_id");--> statement-breakpoint
CREATE INDEX "schools_community" ON "schools" USING btree ("community_id");--> statement-breakpoint
CREATE UNIQUE INDEX "discrepancies_matter" ON "discrepancies" USING btree ("campaign_id","code","matter");--> statement-breakpoint
CREATE UNIQUE INDEX "enrollments_pupil_ref" ON "enrollments" USING btree ("campaign_id","school_id","pupil_ref");--> statement-breakpoint
CREATE INDEX "enrollments_in_order" ON "enrollments" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "enrollments_transferred_from" ON "enrollments" USING btree ("transferred_from_id") WHERE transferred_from_id is not null;--> statement-breakpoint
CREATE INDEX "movements_from" ON "movements" USING btree ("from_location_id","kit_id","occurred_at");--> statement-breakpoint
CREATE INDEX "movements_to" ON "movements" USING btree ("to_location_id","kit_id","occurred_at");--> statement-breakpoint
CREATE INDEX "movements_cause" ON "movements" USING btree ("cause_id");--> statement-breakpoint
CREATE UNIQUE INDEX "movements_reverses" ON "movements" USING btree ("reverses_id") WHERE reverses_id is not null;--> statement-breakpoint
CREATE INDEX "receipts_campaign" ON "receipts" USING btree ("campaign_id");--> statement-breakpoint
CREATE UNIQUE INDEX "shipments_number" ON "shipments" USING btree ("number");--> statement-breakpoint
CREATE INDEX "shipments_campaign" ON "shipments" USING btree ("campaign_id","school_id");--> statement-breakpoint
CREATE INDEX "promises_location" ON "promises" USING btree ("location_id","kit_id","at");--> statement-breakpoint
CREATE INDEX "counts_location" ON "counts" USING btree ("location_id","counted_at");--> statement-breakpoint
CREATE INDEX "adjustments_shipment" ON "adjustments" USING btree ("shipment_id") WHERE shipment_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "allocations_one_confirmed" ON "allocations" USING btree ("campaign_id") WHERE status = 'confirmed';--> statement-breakpoint
CREATE INDEX "allocations_campaign" ON "allocations" USING btree ("campaign_id");--> statement-breakpoint
CREATE UNIQUE INDEX "vouchers_code" ON "vouchers" USING btree ("code");--> statement-breakpoint
CREATE UNIQUE INDEX "vouchers_one_live" ON "vouchers" USING btree ("enrollment_id") WHERE ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "vouchers_replaces" ON "vouchers" USING btree ("replaces_id") WHERE replaces_id is not null;--> statement-breakpoint
CREATE INDEX "vouchers_enrollment" ON "vouchers" USING btree ("enrollment_id");--> statement-breakpoint
CREATE INDEX "vouchers_campaign" ON "vouchers" USING btree ("campaign_id","school_id");--> statement-breakpoint
CREATE INDEX "vouchers_in_order" ON "vouchers" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "redemptions_one_per_voucher" ON "redemptions" USING btree ("voucher_id") WHERE undone_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "scans_scan_id" ON "scans" USING btree ("scan_id");--> statement-breakpoint
CREATE INDEX "scans_campaign" ON "scans" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "recipients_key" ON "recipients" USING btree ("campaign_id","key");--> statement-breakpoint
CREATE UNIQUE INDEX "recipients_stop_token" ON "recipients" USING btree ("stop_token");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_once" ON "messages" USING btree ("recipient_id","step","edition","channel") WHERE status <> 'cancelled';--> statement-breakpoint
CREATE UNIQUE INDEX "messages_one_live" ON "messages" USING btree ("recipient_id","step","edition") WHERE status in ('queued', 'sending', 'sent', 'doubtful');--> statement-breakpoint
CREATE UNIQUE INDEX "messages_one_a_day" ON "messages" USING btree ("recipient_id","day") WHERE day is not null;--> statement-breakpoint
CREATE INDEX "messages_campaign" ON "messages" USING btree ("campaign_id","id");--> statement-breakpoint
CREATE INDEX "messages_recipient" ON "messages" USING btree ("recipient_id");--> statement-breakpoint
CREATE INDEX "message_vouchers_voucher" ON "message_vouchers" USING btree ("voucher_id");--> statement-breakpoint
CREATE INDEX "reconciliations_campaign" ON "reconciliations" USING btree ("campaign_id");--> statement-breakpoint
CREATE UNIQUE INDEX "job_runs_one_running" ON "job_runs" USING btree ("job") WHERE status = 'running';--> statement-breakpoint
CREATE UNIQUE INDEX "job_runs_once" ON "job_runs" USING btree ("job","due_at") WHERE due_at is not null;--> statement-breakpoint
CREATE INDEX "job_runs_job" ON "job_runs" USING btree ("job","id");--> statement-breakpoint
CREATE INDEX "tasks_due" ON "tasks" USING btree ("job","status","run_at","id");--> statement-breakpoint
CREATE INDEX "tasks_job" ON "tasks" USING btree ("job","created_at","id");--> statement-breakpoint
CREATE INDEX "erasures_campaign" ON "erasures" USING btree ("campaign_id");--> statement-breakpoint
CREATE UNIQUE INDEX "erasures_one_under_way" ON "erasures" USING btree ("campaign_id") WHERE finished_at is null;