import { defineConfig } from 'everyroute/config'

export default defineConfig({ basePath: '/api' })
