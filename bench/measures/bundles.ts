import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build as esbuild } from 'esbuild'
import { BENCH } from '../frameworks.ts'
import { buildRoutes, writeProject } from './projects.ts'

export interface BundleSize {
  readonly name: string
  /** Bytes, minified. */
  readonly bytes: number
  /** Bytes after gzip at its best. */
  readonly gzip: number
}

const sizeOf = (name: string, text: string | Uint8Array): BundleSize => ({
  name,
  bytes: Buffer.from(text).length,
  gzip: gzipSync(text, { level: 9 }).length,
})

const minify = async (entry: string): Promise<Uint8Array> => {
  const { outputFiles } = await esbuild({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['node:*', 'cloudflare:*'],
    logLevel: 'error',
  })
  return outputFiles[0]!.contents
}

/** Sizes of a Worker that says hello. */
export async function measureBundles(): Promise<BundleSize[]> {
  const dir = writeProject('hello-worker', ['/'])
  buildRoutes(dir, 'workers')
  const output = join(dir, '.output/worker.mjs')
  const sizes = [sizeOf('everyroute build --target workers', readFileSync(output)), sizeOf('the same, minified', await minify(output))]
  for (const preset of ['hono/tiny', 'hono']) {
    const entry = join(BENCH, '.work', `${preset.replace('/', '-')}-worker.mjs`)
    writeFileSync(
      entry,
      `import { Hono } from '${preset}'\nconst app = new Hono()\napp.get('/', (c) => c.text('hello'))\nexport default app\n`,
    )
    sizes.push(sizeOf(preset, await minify(entry)))
  }
  return sizes
}
