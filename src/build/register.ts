import * as nodeModule from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bun, registerInBun } from './bun-modules.js'
import { registerNativeHooks } from './native-hooks.js'
import { ownPackage } from './next-alias.js'
import { findSource, requireRunnable } from './source-hooks.js'

/** Finds the project's own modules as bundlers do: without extension, as a folder's index, `./other.js` as `other.ts`. */
function registerSourceHooks(): void {
  if (typeof nodeModule.registerHooks !== 'function') {
    nodeModule.register(pathToFileURL(join(ownPackage().dir, 'dist/build/source-hooks.js')).href)
    return
  }
  nodeModule.registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return requireRunnable(nextResolve(specifier, context))
      } catch (error) {
        return requireRunnable(nextResolve(findSource(error, specifier, context.parentURL), context))
      }
    },
  })
}

if (bun) {
  // It finds a project's files as bundlers do by itself.
  registerInBun(bun)
} else {
  registerNativeHooks()
  registerSourceHooks()
}
