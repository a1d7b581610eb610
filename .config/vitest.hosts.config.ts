import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LONG_TESTS } from './long-tests.ts'

/** A folder into which each run writes its counts, for a script that adds them up. */
const results = process.env.TEST_RESULTS

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/hosts/**/*.test.ts', ...LONG_TESTS],
    exclude: ['**/node_modules/**', '**/fixtures/**'],
    // Each file starts servers and builds; together they would wait for each other past any timeout.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    ...(results && { reporters: ['default', ['json', { outputFile: join(results, `${process.pid}.json`) }]] }),
  },
})
