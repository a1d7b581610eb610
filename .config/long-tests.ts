/** Tests that take a minute each; they run with those of further hosts, so that `npm test` stays short. */
export const LONG_TESTS: string[] = ['test/types/client-scale.test.ts', 'test/conformance/default-mode.test.ts']
