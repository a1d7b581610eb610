import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './routes/_db/schema.ts',
  out: './routes/_db/migrations',
})
