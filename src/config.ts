export { defineConfig, type EveryrouteConfig } from './build/define-config.js'
