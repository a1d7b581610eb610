import { fileURLToPath } from 'node:url'

/** As much of Jest's configuration as the preset sets. */
interface JestPreset {
  readonly extensionsToTreatAsEsm: readonly string[]
  readonly moduleNameMapper: Readonly<Record<string, string>>
  readonly testEnvironment: string
  readonly transform: Readonly<Record<string, string>>
}

/** A file of this package by its path in `dist`, from this module's folder. */
const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/**
 * Jest's preset `everyroute/testing`, for tests as ES modules: `next/*` leads to this package, TypeScript and JSX are taken out.
 * Jest itself has to be run with `--experimental-vm-modules`.
 */
const preset: JestPreset = {
  extensionsToTreatAsEsm: ['.ts', '.tsx', '.mts', '.jsx'],
  moduleNameMapper: {
    '^next/(server|headers|navigation|cache|og)(?:\\.js)?$': `${fileOf('../next/')}$1.js`,
    '^next/dist/client/components/(?:http-access-fallback/)?(redirect|redirect-error|is-next-router-error|http-access-fallback)(?:\\.js)?$': `${fileOf('../next/components/')}$1.js`,
    '^(?:server|client)-only$': fileOf('./empty.js'),
    // As TypeScript has it, `./store.js` may be `./store.ts`.
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  testEnvironment: 'node',
  transform: { '\\.(?:m?ts|[jt]sx)$': fileOf('./jest-transform.js') },
}

export default preset
