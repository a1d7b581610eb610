import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type * as drizzleKitApi from 'drizzle-kit/api'
import { expect, test } from 'vitest'
import * as schema from '../../routes/_db/schema'

const folder = new URL('../../routes/_db/migrations/', import.meta.url)

// `npm run db:generate` runs this file with --update, which writes the module.
test('migrations.ts holds what migrations/*.sql hold', async () => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  expect(names.length).toBeGreaterThan(0)

  const entries = await Promise.all(names.map(async (name) => entry(name, await readFile(new URL(name, folder), 'utf8'))))
  const text = `// Generated from migrations/*.sql by \`npm run db:generate\`, so that a bundle carries them. Don't edit.
export const migrations: readonly { name: string; statements: readonly string[] }[] = [
${entries.join('')}]
`
  await expect(text).toMatchFileSnapshot('../../routes/_db/migrations.ts')
})

test('the migrations lead to schema.ts', async () => {
  const { generateSQLiteDrizzleJson, generateSQLiteMigration } = createRequire(import.meta.url)('drizzle-kit/api') as typeof drizzleKitApi
  const snapshots = (await readdir(new URL('meta/', folder))).filter((name) => name.endsWith('_snapshot.json')).sort()
  const last = JSON.parse(await readFile(new URL(`meta/${snapshots.at(-1)}`, folder), 'utf8'))

  expect(await generateSQLiteMigration(last, await generateSQLiteDrizzleJson(schema))).toEqual([])
})

function entry(name: string, sql: string): string {
  const statements = sql.split('--> statement-breakpoint').map((statement) => {
    const escaped = statement.trim().replace(/[\\`]|\$\{/g, '\\$&')
    return `      \`${escaped}\`,\n`
  })
  return `  {\n    name: '${name}',\n    statements: [\n${statements.join('')}    ],\n  },\n`
}
