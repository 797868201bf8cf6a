CREATE INDEX `guardians_email` ON `guardians` (`email`) WHERE email is not null;--> statement-breakpoint
CREATE INDEX `guardians_phone` ON `guardians` (`phone`) WHERE phone is not null;