import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/hosts/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/fixtures/**'],
    // Each file starts servers and builds; together they would wait for each other past any timeout.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
