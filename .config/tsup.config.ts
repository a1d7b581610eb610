import { readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

const pkg = JSON.parse(readFileSync('package.json', 'utf8'))
// The exports map is the one table of entries: dist/<path>.js is built from src/<path>.ts.
const targets = Object.values<string | { default: string }>(pkg.exports).map((t) => (typeof t === 'string' ? t : t.default))
const entry = [...targets, ...Object.values<string>(pkg.bin)]
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts'))

export default defineConfig({
  // Loaded by its path: by Node.js itself, into a thread of its own; by Jest.
  entry: [...new Set([...entry, 'src/build/source-hooks.ts', 'src/testing/empty.ts', 'src/testing/jest-transform.ts'])],
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: [/^node:/, /^cloudflare:/],
  // Deno and workerd know the modules of Node.js by their prefixed names alone.
  removeNodeProtocol: false,
  outDir: 'dist',
  splitting: true,
  clean: true,
  dts: false,
  sourcemap: false,
})
