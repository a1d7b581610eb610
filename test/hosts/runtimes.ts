import { fileURLToPath } from 'node:url'

const modules = new URL('../../node_modules/', import.meta.url)

/** The runtimes that `build` writes a server for, each by the command that runs it. */
export const RUNTIMES = {
  node: (server: string): string[] => [process.execPath, server],
  bun: (server: string): string[] => [fileURLToPath(new URL('bun/bin/bun.exe', modules)), '--no-env-file', server],
  // The permissions that docs/deno.md names, and nobody to ask for more.
  deno: (server: string): string[] => [
    fileURLToPath(new URL('deno/deno', modules)),
    ...['run', '--no-prompt', '--allow-net', '--allow-env', '--allow-read'],
    server,
  ],
} as const

export type Runtime = keyof typeof RUNTIMES
