import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { LONG_TESTS } from './long-tests.ts'

/** A folder into which each run writes its counts, for a script that adds them up. */
const results = process.env.TEST_RESULTS

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/**/fixtures/**', 'test/hosts/**', ...LONG_TESTS],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    ...(results && { reporters: ['default', ['json', { outputFile: join(results, `${process.pid}.json`) }]] }),
  },
})
