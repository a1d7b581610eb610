export { type EveryrouteOptions, everyroute, everyroute as default } from './build/vite-plugin.js'
