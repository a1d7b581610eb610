INSERT INTO `users` (`name`, `email`, `created_at`, `updated_at`) VALUES
	('Ada Lovelace', 'ada@example.com', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'),
	('Grace Hopper', 'grace@example.com', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'),
	('Alan Turing', 'alan@example.com', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
--> statement-breakpoint
INSERT INTO `posts` (`slug`, `title`, `body`, `author_id`, `created_at`, `updated_at`) VALUES
	('notes-on-the-analytical-engine', 'Notes on the Analytical Engine', 'It weaves algebraic patterns.', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'),
	('the-first-bug', 'The first bug', 'It was a moth.', 2, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');
