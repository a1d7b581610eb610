// Generated from migrations/*.sql by `npm run db:generate`, so that a bundle carries them. Don't edit.
export const migrations: readonly { name: string; statements: readonly string[] }[] = [
  {
    name: '0000_tables.sql',
    statements: [
      `CREATE TABLE \`avatars\` (
	\`user_id\` integer PRIMARY KEY NOT NULL,
	\`type\` text NOT NULL,
	\`etag\` text NOT NULL,
	\`data\` blob NOT NULL,
	FOREIGN KEY (\`user_id\`) REFERENCES \`users\`(\`id\`) ON UPDATE no action ON DELETE cascade
);`,
      `CREATE TABLE \`posts\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`slug\` text NOT NULL,
	\`title\` text NOT NULL,
	\`body\` text NOT NULL,
	\`author_id\` integer NOT NULL,
	\`created_at\` text NOT NULL,
	\`updated_at\` text NOT NULL,
	FOREIGN KEY (\`author_id\`) REFERENCES \`users\`(\`id\`) ON UPDATE no action ON DELETE cascade
);`,
      `CREATE UNIQUE INDEX \`posts_slug_unique\` ON \`posts\` (\`slug\`);`,
      `CREATE TABLE \`users\` (
	\`id\` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	\`name\` text NOT NULL,
	\`email\` text NOT NULL,
	\`created_at\` text NOT NULL,
	\`updated_at\` text NOT NULL
);`,
      `CREATE UNIQUE INDEX \`users_email_unique\` ON \`users\` (\`email\`);`,
    ],
  },
  {
    name: '0001_seed.sql',
    statements: [
      `INSERT INTO \`users\` (\`name\`, \`email\`, \`created_at\`, \`updated_at\`) VALUES
	('Ada Lovelace', 'ada@example.com', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'),
	('Grace Hopper', 'grace@example.com', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'),
	('Alan Turing', 'alan@example.com', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');`,
      `INSERT INTO \`posts\` (\`slug\`, \`title\`, \`body\`, \`author_id\`, \`created_at\`, \`updated_at\`) VALUES
	('notes-on-the-analytical-engine', 'Notes on the Analytical Engine', 'It weaves algebraic patterns.', 1, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'),
	('the-first-bug', 'The first bug', 'It was a moth.', 2, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z');`,
    ],
  },
]
