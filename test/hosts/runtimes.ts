import { fileURLToPath } from 'node:url'

const modules = new URL('../../node_modules/', import.meta.url)

/** The runtimes that `build` writes a server for, each by the command that a server's file goes behind. */
export const RUNTIMES = {
  node: [process.execPath],
  bun: [fileURLToPath(new URL('bun/bin/bun.exe', modules)), '--no-env-file'],
  // The permissions that docs/deno.md names, and nobody to ask for more.
  deno: [fileURLToPath(new URL('deno/deno', modules)), 'run', '--no-prompt', '--allow-net', '--allow-env', '--allow-read'],
} as const satisfies Record<string, readonly string[]>

export type Runtime = keyof typeof RUNTIMES

/** What a native package that writes to a file needs on Deno besides. */
export const DENO_NATIVE: readonly string[] = ['--allow-write', '--allow-ffi', '--allow-sys']
