import * as nodeModule from 'node:module'
import { pathToFileURL } from 'node:url'
import { isNextModule, ownPackage, resolveOwnModule } from './next-alias.js'

const EMPTY = 'data:text/javascript,export {}'

/** Where Node.js itself should find a specifier that everyroute stands in for. */
function nativeUrl(specifier: string): string | undefined {
  if (specifier === 'server-only' || specifier === 'client-only') return EMPTY
  const file = resolveOwnModule(specifier)
  return file === undefined ? undefined : pathToFileURL(file).href
}

let registered = false

/**
 * Makes `next/*` and `everyroute/*` imports of what Node.js loads by itself, installed packages in `dev` and JavaScript configs, lead
 * to this package's modules, as those of the project do. Covers `import` and `require` from Node.js 22.15 on, `import` alone before.
 */
export function registerNativeHooks(): void {
  if (registered) return
  registered = true
  if (typeof nodeModule.registerHooks === 'function') {
    nodeModule.registerHooks({
      resolve(specifier, context, nextResolve) {
        const url = nativeUrl(specifier)
        return url === undefined ? nextResolve(specifier, context) : { url, shortCircuit: true }
      },
    })
    return
  }
  const names = Object.keys(ownPackage().exports).map((name) => (name.startsWith('./next/') ? name.slice(2) : `everyroute${name.slice(1)}`))
  const specifiers = [...names, ...names.filter(isNextModule).map((name) => `${name}.js`), 'server-only', 'client-only']
  const urls = JSON.stringify(Object.fromEntries(specifiers.map((name) => [name, nativeUrl(name)])))
  // The hooks of older versions run in a thread of their own, which takes them as source text.
  nodeModule.register(
    `data:text/javascript,${encodeURIComponent(`const urls = ${urls}
export const resolve = (specifier, context, next) => Object.hasOwn(urls, specifier) && urls[specifier] ? { url: urls[specifier], shortCircuit: true } : next(specifier, context)`)}`,
  )
}
