import { posix } from 'node:path'
import { COMPUTED } from './imports.ts'

/** What the files of one folder of `src` may import. */
interface Rule {
  /** Folders of `src` beside its own. */
  readonly folders: readonly string[]
  /** Packages, with their subpaths; `node:*` stands for every module of Node.js, `*` for every package. */
  readonly packages: readonly string[]
}

/** The arrows of the architecture: who may know whom. A new folder needs a line here. */
const RULES: Readonly<Record<string, Rule>> = {
  routing: { folders: [], packages: [] },
  cache: { folders: [], packages: ['lru-cache', 'unstorage'] },
  runtime: { folders: ['routing', 'cache'], packages: ['hono', '@edge-runtime/cookies', 'path-to-regexp'] },
  next: { folders: ['routing', 'cache', 'runtime'], packages: ['@edge-runtime/cookies', 'ua-parser-js', '@vercel/og'] },
  middleware: {
    folders: ['routing', 'runtime'],
    packages: ['hono', 'zod', '@hono/zod-validator', '@standard-schema/spec', 'aws4fetch', 'jose', 'hono-rate-limiter', 'lru-cache'],
  },
  testing: { folders: ['routing', 'cache', 'runtime', 'next', 'middleware', 'client'], packages: ['hono', '@edge-runtime/cookies'] },
  client: { folders: ['middleware'], packages: ['hono'] },
  adapters: { folders: ['routing', 'cache', 'runtime'], packages: ['hono'] },
  build: { folders: ['routing'], packages: ['node:*', 'jsonc-parser', 'smol-toml', 'vite', 'zod'] },
  cli: { folders: ['routing', 'cache', 'runtime', 'next', 'adapters', 'build'], packages: ['*', 'node:*'] },
}

/** The files directly in `src`, which only re-export: the folders whose names each may give. */
const ENTRIES: Readonly<Record<string, readonly string[]>> = {
  'index.ts': ['routing', 'cache', 'runtime'],
  'config.ts': ['build'],
  'handler.ts': ['middleware'],
  'register.ts': ['build'],
  'vite.ts': ['build'],
}

/** Single files that may import more than their folder. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // Every supported host has it; without it there is no request scope.
  'runtime/request-scope.ts': ['node:async_hooks'],
  'runtime/lazy-scope.ts': ['node:async_hooks'],
  'adapters/serve-form-data.ts': ['@remix-run/multipart-parser'],
  // Types of optional peers and hosts.
  'adapters/next.ts': ['next'],
  'middleware/next-types.ts': ['next'],
  // Jest runs under Node.js alone.
  'testing/jest-preset.ts': ['node:url'],
  'testing/jest-transform.ts': ['vite'],
  'adapters/workers.ts': ['cloudflare:workers'],
  'cache/redis.ts': ['ioredis'],
  'cache/kv.ts': ['cloudflare:workers'],
}

/** The files of the adapter that knows Node.js; the others run where it is not. */
const NODE_ADAPTER = /^adapters\/node(-[a-z]+)*\.ts$/

/** Folders that run under Node.js alone, where a specifier may be computed; bundlers can't follow one. */
const MAY_COMPUTE = new Set(['build', 'cli'])

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

function mayImportPackage(allowed: readonly string[], specifier: string): boolean {
  if (specifier.startsWith('node:')) return allowed.includes('node:*') || allowed.includes(specifier)
  return allowed.includes('*') || allowed.includes(packageOf(specifier)) || allowed.includes(specifier)
}

/**
 * The imports of one file that the architecture forbids, each as a sentence.
 * @param file relative to `src`, with `/`
 */
export function wrongImports(file: string, specifiers: readonly string[]): string[] {
  const folder = file.includes('/') ? file.slice(0, file.indexOf('/')) : ''
  const entry = folder === '' ? ENTRIES[file] : undefined
  const rule = entry ? { folders: entry, packages: [] } : RULES[folder]
  if (rule === undefined) return [`src/${file} is in no folder that test/package/layering.ts has a rule for`]
  const packages = [...rule.packages, ...(EXCEPTIONS[file] ?? []), ...(NODE_ADAPTER.test(file) ? ['node:*', '@hono/node-server'] : [])]
  const isAllowed = (specifier: string): boolean => {
    if (specifier === COMPUTED) return MAY_COMPUTE.has(folder)
    if (!specifier.startsWith('.')) return mayImportPackage(packages, specifier)
    const target = posix.join(posix.dirname(file), specifier).split('/')[0] ?? ''
    return target === folder || rule.folders.includes(target)
  }
  return specifiers.filter((specifier) => !isAllowed(specifier)).map((specifier) => `src/${file} must not import ${specifier}`)
}
