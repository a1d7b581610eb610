import { defineNitroConfig } from 'nitro/config'

export default defineNitroConfig({
  compatibilityDate: '2026-01-01',
  serverDir: '.',
  preset: 'node_server',
  errorHandler: './errors.mjs',
  buildDir: '../../.work/nitro/build',
  output: { dir: '../../.work/nitro' },
})
