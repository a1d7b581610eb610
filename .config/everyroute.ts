import { defineConfig } from 'everyroute/config'

export default defineConfig({ basePath: '/api', cacheHandler: 'routes/_lib/cache.ts' })
