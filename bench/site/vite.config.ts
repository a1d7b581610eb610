import vinext from 'vinext'
import { defineConfig } from 'vite'

/** For vinext alone. */
export default defineConfig({ plugins: [vinext()] })
